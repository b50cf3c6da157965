object template 098-base64;
function chars = {
    s = '';
    for (i = 0; i < ARGV[0]; i = i + 1) s = s + 'x';
    s;
};
'/l57' = base64_encode(chars(57));
'/l58' = base64_encode(chars(58));
'/back' = base64_decode(base64_encode(chars(3)));
'/lenient' = base64_decode("eH\nh4 ");

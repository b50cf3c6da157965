object template 104-json-encode-undef;
'/x' = json_encode(list(undef));

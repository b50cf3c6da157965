object template 103-json-decode-index;
'/x' = json_decode('{"0": 1}');

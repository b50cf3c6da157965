object template json-broken;

'/data' = json_decode('{"a": [1, 2}');

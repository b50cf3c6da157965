object template 103-json-decode;
'/null' = json_decode('{"a": null}');
'/gone' = 1;
'/gone' = json_decode('');
'/kinds' = json_decode('{"l": [1, 1.0, true, "x"], "{a/b}": 1}');
'/lenient' = json_decode("{a = 'b'; # note\n c => 01}");

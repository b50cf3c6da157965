object template 104-json-encode;
'/signs' = json_encode("<&>='");
'/tree' = json_encode(dict('b', list(), 'a', dict(), 'c', list(1, 1e10, "é\n")));

# Comments may stand anywhere in JSON but behind the value.
object template 145-json-text-behind;
'/before' = json_decode("# one\n[1, // two\n2 /* three */]\n ");
'/behind' = json_decode('[1] # four');

# null removes a child; a property has none, and nothing lies before the beginning of a list.
object template 204-null-below-a-property;
'/gone' = { x = dict('a', 1); x['b'] = null; x['c']['d'] = null; x };
'/x' = { x = dict('a', 1); x['a']['b'] = null; x };

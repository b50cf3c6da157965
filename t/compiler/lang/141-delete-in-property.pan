# A property has no children to delete; where nothing is, there is nothing to do.
object template 141-delete-in-property;
'/gone' = { x = dict('a', list(1)); delete(x['b']['c']); delete(x['a'][5]); delete(x['a'][-1]); x };
'/x' = { x = dict('a', 5); delete(x['a']['b']); x };

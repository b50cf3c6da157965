# options: --initial-data "dict('a',1)"
object template 137-initial-data;
'/b' = 2;

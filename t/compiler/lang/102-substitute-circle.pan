object template 102-substitute-circle;
variable A = '${B}';
variable B = '${A}';
'/x' = substitute('${A}');

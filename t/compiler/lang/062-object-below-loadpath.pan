object template 062-object-below-loadpath;
variable LOADPATH = list('lib');
'/x' = exists('below-loadpath');

object template 062-value-below-loadpath;
variable LOADPATH = list('lib');
'/x' = value('below-loadpath:/a');

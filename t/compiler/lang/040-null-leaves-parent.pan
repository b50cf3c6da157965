object template 040-null-leaves-parent;
'/a/b/c' = null;

object template 043-path-is-undef-meanwhile;
'/x' = { is_defined(value('/x')) };

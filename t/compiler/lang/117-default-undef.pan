object template 117-default-undef;
type t = long = undef;

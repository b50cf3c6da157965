object template 117-default-object;
type t = string = OBJECT;

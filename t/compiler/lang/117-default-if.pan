object template 117-default-if;
type t = string = if (true) 'x' else 'y';
bind '/x' = t;

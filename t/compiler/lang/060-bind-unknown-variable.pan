object template 060-bind-unknown-variable;
bind '/x/${V:-d}' = long;

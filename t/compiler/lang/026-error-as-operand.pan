object template 026-error-as-operand;
variable OK = true;
'/x' = OK || error('a');

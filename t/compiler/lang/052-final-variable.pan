object template 052-final-variable;
final variable X = 1;
variable X = 1;

object template 046-variable-keeps-its-type;
variable X = 1;
variable X = 'a';

object template assignment-to-final-variable;

include 'site/policy';

variable POLICY = 'none';

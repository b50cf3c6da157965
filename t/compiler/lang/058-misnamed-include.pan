object template 058-misnamed-include;
include 'lib/misnamed';

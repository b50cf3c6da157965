object template 113-include-alias;
type r = {'a' : long};
type s = r;
type u = { include s };

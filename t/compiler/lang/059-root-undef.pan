object template 059-root-undef;
'/' = undef;

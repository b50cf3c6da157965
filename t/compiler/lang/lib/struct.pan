structure template lib/struct;
'k' = 1;
'n' = 2;
'm' = 3;

unique template lib/count_once;
variable N = N + 10;

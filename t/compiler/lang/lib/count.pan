template lib/count;
variable N = N + 1;

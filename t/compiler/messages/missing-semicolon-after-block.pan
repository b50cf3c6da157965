object template missing-semicolon-after-block;

'/total' = {
    n = 0;
    foreach (i; v; list(1, 2, 3)) {
        n = n + v;
    }
    n;
};

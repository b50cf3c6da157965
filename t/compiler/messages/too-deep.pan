object template too-deep;
'/x' = {
    tree = dict();
    for (i = 0; i < 3000; i = i + 1) tree = dict('child', tree);
    tree;
};

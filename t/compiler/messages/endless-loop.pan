object template endless-loop;

'/n' = {
    i = 0;
    while (i < 10) {
        length('not counting');
    };
    i;
};

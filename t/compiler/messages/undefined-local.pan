object template undefined-local;

'/list' = {
    result = list();
    foreach (i; name; list('a', 'b')) {
        resutl[length(resutl)] = name;
    };
    reslt;
};

object template else-after-semicolon;

'/repo' = {
    if (OBJECT == 'a')
        'new';
    else
        'old';
};

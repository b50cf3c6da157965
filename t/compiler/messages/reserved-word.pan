object template reserved-word;

'/x' = {
    type = 'a';
    type;
};

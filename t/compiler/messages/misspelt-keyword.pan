object template misspelt-keyword;

varible X = 1;
inlcude 'site/types';

object template missing-object;

'/x' = value('site/neighbor:/name');

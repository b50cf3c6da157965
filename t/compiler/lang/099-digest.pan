object template 099-digest;
'/leading' = digest('MD5', 'jk8ssl');
'/accent' = digest('MD5', 'éa') == digest('MD5', 'é?');
'/short' = length(digest('SHA-1', 'abc'));
'/md2' = digest('md2', 'abc');

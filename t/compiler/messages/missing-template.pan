object template missing-template;

include 'site/type';

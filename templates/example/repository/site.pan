@{ desc = What the site packages itself }
structure template repository/site;

'name' = 'site';
'owner' = 'linux@example.org';
'protocols' = list(dict('name', 'https', 'url', 'https://mirror.example.org/site'));
'suite' = 'stable';
'sections' = list('main');
'gpgkey' = list('https://mirror.example.org/site/key.asc');
'priority' = 10;

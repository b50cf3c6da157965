structure template repository/debian;

'name' = 'debian';
'owner' = 'linux@example.org';
'protocols' = list(dict('name', 'https', 'url', 'https://mirror.example.org/debian'));
'suite' = 'bookworm';
'sections' = list('main', 'non-free-firmware');
'gpgkey' = list('file:///usr/share/keyrings/debian-archive-keyring.gpg');
'priority' = 50;

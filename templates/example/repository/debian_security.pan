structure template repository/debian_security;

'name' = 'debian_security';
'owner' = 'linux@example.org';
'protocols' = list(dict('name', 'https', 'url', 'https://mirror.example.org/debian-security'));
'suite' = 'bookworm-security';
'sections' = list('main', 'non-free-firmware');
'gpgkey' = list('file:///usr/share/keyrings/debian-archive-keyring.gpg');
'priority' = 40;

structure template repository/almalinux_baseos;

'name' = 'almalinux_baseos';
'owner' = 'linux@example.org';
'protocols' = list(dict('name', 'https', 'url', 'https://mirror.example.org/almalinux/9/baseos/x86_64/os'));
'gpgkey' = list('file:///etc/pki/rpm-gpg/RPM-GPG-KEY-AlmaLinux-9');
'priority' = 50;

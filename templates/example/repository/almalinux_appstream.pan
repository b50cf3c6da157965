structure template repository/almalinux_appstream;

'name' = 'almalinux_appstream';
'owner' = 'linux@example.org';
'protocols' = list(dict('name', 'https', 'url', 'https://mirror.example.org/almalinux/9/appstream/x86_64/os'));
'gpgkey' = list('file:///etc/pki/rpm-gpg/RPM-GPG-KEY-AlmaLinux-9');
'priority' = 50;

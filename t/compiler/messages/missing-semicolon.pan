object template missing-semicolon;

'/system/network/hostname' = 'lxb001'
'/system/network/domainname' = 'example.org';

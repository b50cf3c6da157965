object template user-error;

include 'site/hosts';

'/name' = host_name('unknown');

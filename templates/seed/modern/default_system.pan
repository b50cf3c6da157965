template default_system;

include 'default_network';

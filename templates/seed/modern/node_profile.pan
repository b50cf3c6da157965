# Default node profile
template node_profile;

include 'functions';
include 'system_types';
include 'default_system';

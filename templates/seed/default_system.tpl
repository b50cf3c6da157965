# SYSTEM Default configuration
template default_system;
# Include default system configuration
include default_users;
include default_network;
include default_filesystems;

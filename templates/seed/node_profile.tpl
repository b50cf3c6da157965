# Default node profile
template node_profile;
# Include validation functions
include functions;
# Include basic type definitions
include hardware_types;
include system_types;
include software_types;
# Include default configuration data
include default_hardware;
include default_system;
include default_software;

declaration template functions;
# What the node's own template said, read before default_network replaces it
define function keep = { value(argv[0]); };

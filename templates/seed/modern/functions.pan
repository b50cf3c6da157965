declaration template functions;

# What the node's own template said, read before default_network replaces it
function keep = value(ARGV[0]);

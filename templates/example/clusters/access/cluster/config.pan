@{ desc = What the nodes of cluster access share }
unique template cluster/config;

variable CLUSTER_NAME = 'access';
variable CLUSTER_TIER = 'front';
variable NODE_STATE ?= 'production';
variable NETWORK_BONDED ?= false;

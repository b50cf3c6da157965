@{ desc = What the nodes of cluster batch share }
unique template cluster/config;

variable CLUSTER_NAME = 'batch';
variable CLUSTER_TIER = 'compute';
variable NODE_STATE ?= 'production';
variable NETWORK_BONDED ?= false;

@{ desc = What the nodes of cluster storage share }
unique template cluster/config;

variable CLUSTER_NAME = 'storage';
variable CLUSTER_TIER = 'data';
variable NODE_STATE ?= 'production';
variable NETWORK_BONDED ?= true;

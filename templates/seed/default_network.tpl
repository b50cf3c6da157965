# SYSTEM Default network configuration
template default_network;
"/system/network" = value("//network_" + value("/system/platform") + "/network");

structure template std_network;
"hostname" = keep("/system/network/hostname");
"interfaces" = list(first_interface);

# TEST Linux system, in the Pan of today
object template TEST_i386_rh72;

'/system/platform' = 'i386_rh72';
'/system/network/interfaces/0/ip' = '192.168.0.1';
'/system/network/hostname' = 'myhost';

include 'node_profile';

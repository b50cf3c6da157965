@{ desc = Units: sizes of memory and disks are written in MB, clock rates in MHz, counts of bytes in \
 bytes }
declaration template pan/units;

final variable MB = 1;
final variable GB = 1024 * MB;
final variable TB = 1024 * GB;

final variable MHz = 1;
final variable GHz = 1000 * MHz;

final variable Mbps = 1;
final variable Gbps = 1000 * Mbps;

final variable KiB = 1024;
final variable MiB = 1024 * KiB;
final variable GiB = 1024 * MiB;
final variable TiB = 1024 * GiB;

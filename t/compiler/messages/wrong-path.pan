object template wrong-path;

'/hardware/harddisks/sda/capacity' = 500;
'/system/size' = value('/hardware/hardisks/sda/capacity') * 2;

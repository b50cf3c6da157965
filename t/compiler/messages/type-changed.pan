object template type-changed;

'/system/memory' = 4096;
'/system/memory' = '8 GB';

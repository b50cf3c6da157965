object template undef-left;

'/system/users/alice/uid' = undef;
'/system/users/alice/shell' = '/bin/bash';

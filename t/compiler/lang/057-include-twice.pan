object template 057-include-twice;
variable N = 0;
include 'lib/count';
include 'lib/count';
include 'lib/count_once';
include 'lib/count_once';
'/x' = N;

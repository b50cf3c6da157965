@{ desc = Every object template includes this first: units, functions, and the type of the whole \
 profile }
unique template quattor/profile_base;

include 'pan/units';
include 'pan/functions';
include 'quattor/schema';
include 'quattor/functions/filesystem';

bind '/' = structure_profile;

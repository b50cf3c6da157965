# What is wrong only when it runs is no matter where it never does.
object template 143-never-run;
function never = list(ARGV['not a key'], split('(', 'a'), substitute(1), exists(ARGV[true]));
'/x' = if (OBJECT == 'another') never() else 'fine';

object template 209-stored-twice-under-self;

# What becomes SELF in a block is a new value: each place gets a list or dict of its own.
'/appended' = { s = dict('k', 1); append(s); append(s); SELF };
'/appended/1/k' = 2;
'/prepended' = { s = dict('k', 1); prepend(s); prepend(s); SELF };
'/prepended/1/k' = 2;
'/indices' = { s = dict('k', 1); SELF[0] = s; SELF[1] = s; SELF };
'/indices/1/k' = 2;
'/keys' = { s = dict('k', 1); SELF['x'] = s; SELF['y'] = s; SELF };
'/keys/x/k' = 2;
'/undef' = undef;
'/undef' = { s = dict('k', 1); SELF['x'] = s; SELF['y'] = s; SELF };
'/undef/x/k' = 2;
'/copied' = { SELF['x'] = dict('k', 1); SELF['y'] = SELF['x']; SELF };
'/copied/x/k' = 2;
'/looped' = { s = dict('k', 1); foreach (i; v; list('x', 'y')) SELF[v] = s; return(SELF) };
'/looped/x/k' = 2;

# So is what was a constant.
'/constant' = list(dict('k', 1));
'/constant' = { s = SELF[0]; append(s); prepend(s); SELF };
'/constant/0/k' = 2;
'/dict' = dict();
'/dict' = { s = dict('k', 1); SELF['x'] = s; SELF['y'] = s; SELF };
'/dict/x/k' = 2;

function twice = { append(ARGV[0]); append(ARGV[0]); SELF };
'/function' = twice(dict('k', 1));
'/function/1/k' = 2;

variable G = dict('k', 1);
'/global' = { append(G); append(G); SELF };
'/global/1/k' = 2;
'/global_itself' = G;

'/source' = dict('k', 1);
'/value' = { s = value('/source'); append(s); append(s); SELF };
'/value/1/k' = 2;

# The list or dict that SELF was when the block began is put back as it is, with all it shares.
'/put_back/q' = 1;
'/put_back' = { s = dict('k', 1); SELF['x'] = s; SELF['y'] = s; SELF };
'/read' = value('/put_back');
variable READ = value('/put_back/x');
'/put_back/x/k' = 2;
'/read_of_one' = READ;

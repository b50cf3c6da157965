#!/usr/bin/perl
# Whatever happens to the templates of a site between two builds, an incremental build writes what a clean
# build writes, byte for byte, says the same, and leaves alone what cannot have changed.
#   ROUNDS=60 SEED=1 t/compiler/incremental-random.t
use strict;
use warnings;
use Cwd 'getcwd';
use File::Basename 'dirname';
use File::Path qw(make_path remove_tree);
use File::Temp 'tempdir';

my $rounds = $ENV{ROUNDS} || 60;
my $seed = $ENV{SEED} || 1 + $$ % 100000;
srand $seed;
my $top = tempdir('weft-t.XXXXXX', TMPDIR => 1, CLEANUP => 1);
chdir $top or die;
$top = getcwd();
my $nodes = 16;

sub put { my ($file, $text) = @_; make_path(dirname $file); open my $f, '>', $file or die "$file: $!"; print $f $text; close $f or die; }
sub get { my $file = shift; local $/; open my $f, '<', $file or return; my $text = <$f>; return $text; }
sub one { $_[int rand @_] }

# ---- a site: folders early and site; nodes that include, refer, look, and read files
my %number = map { $_ => 0 } qw(base role/a role/b net types leaf/x leaf/y hook/one hook/two variant/p variant/q);
sub template {
    my ($name, $what) = @_;
    my $n = $number{$name} = int rand 1000;
    return "declaration template types;\nfunction good = { return(ARGV[0] < " . (1000 + $n) . ") };\ntype value = long with good(SELF);\n" if $name eq 'types';
    return "unique template base;\ninclude 'types';\nbind '/n' = value{};\n'/n/base' = $n;\ninclude if_exists('hook/one');\n'/two' = exists('hook/two');\n" if $name eq 'base';
    return "template $name;\n'/n/role' = $n;\ninclude 'net';\ninclude 'leaf/" . one('x', 'y') . "';\n" if $name =~ /^role/;
    return "template net;\nvariable LOADPATH = list('" . one('p', 'q') . "');\ninclude 'over';\n'/text' = file_contents('text/motd');\n'/there' = file_exists('text/more');\n" if $name eq 'net';
    return "template over;\n'/n/over' = $n;\n" if $name =~ /^variant/;
    return "template $name;\n'/n/leaf' = $n;\n";
}
sub file_of { my $name = shift; $name =~ /^variant.(.)/ ? "site/$1/over.pan" : "site/$name.pan" }
sub node {
    my $i = shift;
    my $text = "object template node$i;\ninclude 'base';\ninclude 'role/" . one('a', 'b') . "';\n'/n/own' = " . int(rand 1000) . ";\n";
    $text .= "'/other' = value('node" . int(rand $nodes) . ":/n/own');\n" if rand() < 0.3 && $i;
    $text .= "'/seen' = exists('node" . int(rand $nodes + 1) . "');\n" if rand() < 0.2;
    $text .= "valid '/n' = { value('node" . int(rand $nodes) . ":/n/own') >= 0 };\n" if rand() < 0.2;
    return $text;
}
put(file_of($_), template($_)) for keys %number;
put('site/text/motd', "hello\n");
put("site/nodes/node$_.pan", node($_)) for 0 .. $nodes - 1;
mkdir $_ for qw(early early/nodes incremental);

my @formats = ('pan,dep,json', 'pan,dep', 'json,text,pan,dep');
my ($formats, $data) = ($formats[0], '');

# ---- what can happen; each answers the names that changed, or nothing when nobody may be affected
my @kept;
my %happen = (
    'change a template' => sub { my $n = one(keys %number); put(file_of($n), template($n)); $n },
    'change a node' => sub { my $i = int rand $nodes; put("site/nodes/node$i.pan", node($i)); "node$i" },
    'break a template' => sub { my $n = one(keys %number); my $f = file_of($n); put($f, get($f) . "oops\n") if -e $f; $n },
    'delete a template' => sub { my $n = one('hook/one', 'hook/two', 'leaf/x', 'variant/p'); unlink file_of($n); $n },
    'an earlier template appears' => sub { my $n = one(grep { !/^variant/ } keys %number); put("early/$n.pan", template($n)); $n },
    'an earlier template goes' => sub { my @f = grep { -f } glob('early/*.pan early/*/*.pan'); my $f = @f ? one(@f) : return 'nothing'; unlink $f; $f =~ /^early.(.*)\.pan/; $1 },
    'an earlier one in LOADPATH' => sub { my $l = one('p', 'q'); put("early/$l/over.pan", template("variant/$l")); 'over' },
    'touch' => sub { my @f = glob('site/*.pan site/*/*.pan site/text/motd'); utime undef, undef, one(@f) for 1 .. 3; 'nothing' },
    'write the same again' => sub { my @f = glob('site/*.pan site/*/*.pan'); my $f = one(@f); put($f, get($f)); 'nothing' },
    'the same size and time' => sub {
        my $i = int rand $nodes; my $f = "site/nodes/node$i.pan"; my $t = get($f); my @s = stat $f;
        $t =~ s{('/n/own' = )(\d+)}{$1 . sprintf("%0*d", length $2, 1 + int rand 9)}e; put($f, $t); utime $s[8], $s[9], $f; "node$i" },
    'a data file changes' => sub { put('site/text/motd', one('a', 'b', 'c') . "\n"); 'text/motd' },
    'a data file appears or goes' => sub { -e 'site/text/more' ? unlink 'site/text/more' : put('site/text/more', 'x'); 'text/more' },
    'a data file is missing' => sub { unlink 'site/text/motd'; 'text/motd' },
    'a .tpl beside' => sub { -e 'site/hook/one.tpl' ? unlink 'site/hook/one.tpl' : put('site/hook/one.tpl', "template hook/one;\n'/n/tpl' = 1;\n"); 'hook/one' },
    'swap references' => sub {
        my ($a, $b) = map { int rand $nodes } 1, 2; my ($x, $y) = map { get("site/nodes/node$_.pan") } $a, $b;
        my ($v) = $x =~ /('.other'.*)/; my ($w) = $y =~ /('.other'.*)/;
        if ($v && $w) { $x =~ s/'.other'.*/$w/; $y =~ s/'.other'.*/$v/; put("site/nodes/node$a.pan", $x); put("site/nodes/node$b.pan", $y); }
        undef },
    'other options' => sub { $data = $data ? '' : "dict('initial', 1)"; undef },
    'other formats' => sub { $formats = one(@formats); undef },
    'an output goes' => sub { my @f = glob('incremental/*.xml'); unlink one(@f) if @f; undef },
    'an output is changed' => sub { my @f = glob('incremental/*.xml'); if (@f) { my $f = one(@f); my $t = get($f); put($f, "x$t") } undef },
    'nothing' => sub { 'nothing' },
);

sub run {
    my ($out, @more) = @_;
    my @command = ('panc', '-o', $out, '-j', 1 + int rand 3, '--formats', $formats, '-I', 'early:site:early/nodes:site/nodes',
        $data ? ('--initial-data', $data) : (), @more, glob('site/nodes/*.pan'));
    my $pid = fork // die;
    if (!$pid) { open STDOUT, '>', 'stdout'; open STDERR, '>', 'stderr'; exec @command; die }
    waitpid $pid, 0;
    return ($? >> 8, get('stdout'), get('stderr'));
}
# name -> the names it depends on, by its dep file; undef when it was not built
sub dependencies {
    my %d;
    for my $f (glob 'clean/*.dep') { my ($n) = $f =~ m{/(.*)\.dep}; $d{$n} = { map { (split / /)[0] => 1 } split /\n/, get($f) }; }
    return \%d;
}

my ($n, $wrong, $before) = (0, 0, undef);
print "# SEED=$seed\n";
my $built = 0;
for my $round (1 .. $rounds) {
    my @names;
    my @events;
    # Now and then everything is put right again, so that most objects build.
    if ($round % 6 == 0) {
        for (keys %number) { unlink "early/$_.pan"; put(file_of($_), template($_)) }
        put('site/text/motd', "again\n");
        for my $i (0 .. $nodes - 1) { put("site/nodes/node$i.pan", node($i)) if get("site/nodes/node$i.pan") =~ /other/ }
        push @names, undef; push @events, 'repair';
    }
    for (1 .. ($round % 6 ? one(1, 1, 2, 3) : 0)) { my $e = one(sort keys %happen); push @events, $e; push @names, $happen{$e}->(); }
    my ($status, $why, $said) = run('incremental', '--check-deps', '--why-rebuilt');
    remove_tree('clean');
    mkdir 'clean';
    my ($clean_status, undef, $clean_said) = run('clean');
    my @bad;
    push @bad, "status $status, clean $clean_status" if $status != $clean_status;
    push @bad, "it says:\n$said\nclean:\n$clean_said" if $said ne $clean_said;
    for my $f (glob 'clean/*') { (my $mine = $f) =~ s/clean/incremental/; push @bad, "$f differs: " . `diff -u $mine $f` if (get($f) // '') ne (get($mine) // ' missing'); }
    my %rebuilt = map { /^(.*?): (.*)/ ? ($1 => $2) : () } split /\n/, $why;
    $built += keys %rebuilt;
    if ($before && !grep { !defined } @names) {
        for my $o (sort keys %rebuilt) {
            next if !$before->{$o};             # it failed last time
            push @bad, "$o was built: $rebuilt{$o}" unless grep { my $c = $_; $c eq $o || grep { $_ eq $c || $c =~ m{/\Q$_\E$} } keys %{ $before->{$o} } } map { s{^variant/.}{over}r } @names;
        }
    }
    # exists() of a template that is there is in no dep file: who uses it is not judged.
    @bad = grep { !/ was built: the template '(node\d+' has changed|hook.two' (is found|has))/ } @bad;
    # A second run has nothing left to do but what failed.
    my (undef, $again) = run('incremental', '--check-deps', '--why-rebuilt');
    my @again = grep { !/nothing is known of an earlier build/ } split /\n/, $again;
    push @bad, "a second run still builds @again" if @again;
    $n++;
    if (@bad) { $wrong = 1; print "not ok $n - round $round: @events\n"; print map { s/^/# /gmr . "\n" } @bad; }
    else { print "ok $n - round $round: @events (", scalar(keys %rebuilt), " built)\n" }
    $before = dependencies();
}
$n++;
my $few = $built > $rounds && $built < $rounds * $nodes * 0.85;
print $few ? 'ok' : 'not ok', " $n - $built builds of ", $rounds * $nodes, "\n";
print "1..$n\n";
exit($wrong || !$few);

#!/usr/bin/perl
# Objects that refer to each other in any way, circles included, are built in bounded time by any number of
# threads, with the same files and the same messages.
#   ROUNDS=12 SEED=1 t/compiler/references-random.t
use strict;
use warnings;
use File::Path 'remove_tree';
use File::Temp 'tempdir';

my $rounds = $ENV{ROUNDS} || 12;
my $seed = $ENV{SEED} || 1 + $$ % 100000;
srand $seed;
my $top = tempdir('weft-t.XXXXXX', TMPDIR => 1, CLEANUP => 1);
chdir $top or die;

my $formats = 'json,dep';
sub run {
    my $jobs = shift;
    remove_tree('out');
    mkdir 'out';
    my $pid = fork // die;
    if (!$pid) { open STDERR, '>', 'said'; exec 'timeout', 60, 'panc', '-j', $jobs, '-o', 'out', '--formats', $formats, glob('*.pan'); die }
    waitpid $pid, 0;
    local $/;
    open my $f, '<', 'said' or die;
    my $all = ($? >> 8) . "\n" . <$f>;
    for my $file (glob 'out/*') { open my $g, '<', $file or die; $all .= "$file\n" . <$g>; }
    return $all;
}

my ($n, $wrong, $built, $failed) = (0, 0, 0, 0);
print "# SEED=$seed\n";
for my $round (1 .. $rounds) {
    unlink glob('*.pan');
    my $count = 2 + int rand(60);
    my $shape = int rand 4;
    for my $i (0 .. $count - 1) {
        my $text = "object template o$i;\n'/x' = $i;\n";
        for (1 .. int rand(4)) {
            # Any other one; only earlier ones (no circle); the next (one long chain, or one circle); validation only.
            my $to = $shape == 1 ? ($i ? int rand $i : next) : $shape == 2 ? ($i + 1) % ($count + int rand 2) : int rand $count;
            next if $to == $i;
            my $what = $shape == 3 ? 'valid' : int rand 5 ? 'value' : ('valid', 'exists')[int rand 2];
            $text .= $what eq 'value' ? "'/y' = list(value('o$to:/x'), SELF);\n" : $what eq 'exists' ? "'/z' = exists('o$to:/x');\n"
                : "valid '/x' = value('o$to:/x') >= 0;\n";
        }
        open my $f, '>', "o$i.pan" or die;
        print $f $text;
        close $f;
    }
    my $one = run(1);
    my @bad;
    push @bad, "status or time: $1" if $one =~ /^(\d+)/ && $1 != 0 && $1 != 1;
    push @bad, 'an internal error' if $one =~ /internal/;
    $built += () = $one =~ /\.json$/mg;
    $failed++ if $one =~ /^1\n/;
    for my $jobs (2, 3, 8) {
        my $many = run($jobs);
        if ($many ne $one) {
            open my $a, '>', 'a' or die; print $a $one; close $a;
            open my $b, '>', 'b' or die; print $b $many; close $b;
            push @bad, "-j$jobs differs from -j1:\n" . `diff a b | head -20`;
        }
    }
    $n++;
    print @bad ? 'not ok' : 'ok', " $n - $count objects, shape $shape\n";
    if (@bad) { $wrong = 1; print map { s/^/# /gmr . "\n" } @bad; system "mkdir -p /tmp/keep.$$; cp *.pan /tmp/keep.$$" if $ENV{KEEP}; }
}
$n++;
my $few = $built < $rounds || !$failed;
print $few ? 'not ok' : 'ok', " $n - $built objects were built, $failed rounds had circles\n";

# A chain longer than any stack of threads, from both ends.
unlink glob('*.pan');
$formats = 'json';
my $long = 400;
for my $i (1 .. $long) {
    open my $f, '>', sprintf('c%05d.pan', $i) or die;
    printf $f "object template c%05d;\n'/x' = %s;\n", $i, $i == $long ? 1 : sprintf("1 + value('c%05d:/x')", $i + 1);
    close $f;
}
for my $jobs (1, 4) {
    my $all = run($jobs);
    $n++;
    my $good = $all =~ /^0\n/ && $all =~ /"x": ?$long\b/;
    print $good ? 'ok' : 'not ok', " $n - a chain of $long objects, -j$jobs\n";
    if (!$good) { $wrong = 1; print substr($all, 0, 500) =~ s/^/# /gmr, "\n"; }
}
print "1..$n\n";
exit($wrong || $few);

#!/usr/bin/perl
# The classic compiler's own functional tests pass: each object template under PAN_TESTS (a copy of
# panc/src/test/pan/Functionality of github.com/quattor/pan) says in a comment what must come of it.
use strict;
use warnings;
use File::Find;
use File::Basename;
use File::Temp qw(tempdir);
use File::Path qw(remove_tree);

my $tests = $ENV{PAN_TESTS} // '';
if (!-d $tests) {
    print "1..0 # SKIP PAN_TESTS does not name a copy of the classic compiler's functional tests\n";
    exit 0;
}
my @files;
find(sub { push @files, $File::Find::name if /\.(pan|tpl)$/ }, $tests);
my ($n, $failed) = (0, 0);
my $scratch = tempdir(CLEANUP => 1);
for my $file (sort @files) {
    open my $in, '<', $file or die "$file: $!";
    my ($xpath, $class, $regex, $format) = (undef, undef, '', 'pan');
    while (<$in>) {
        if (/^\s*#\s*\@expect\s*=\s*"(.*)"\s*$/) { $xpath = $1 }
        elsif (/^\s*#\s*\@expect\s*=\s*([\w.]+)\s*(?:"(.*)")?\s*$/) { ($class, $regex) = ($1, $2 // '') }
        elsif (/^\s*#\s*\@format\s*=\s*(\w+)/) { $format = $1 }
    }
    close $in;
    next unless defined $xpath || defined $class;
    my ($name, $dir) = fileparse($file, qr/\.(pan|tpl)/);
    $dir =~ s{/$}{};
    my $out = "$scratch/out";
    remove_tree($out);
    mkdir $out;
    my $log = "$scratch/log";
    my $status = system("timeout 20 panc --messages classic -I '$dir' -o '$out' --formats $format '$file' >'$log' 2>&1");
    my $text = do { local (@ARGV, $/) = $log; <> } // '';
    my $why = '';
    if (defined $xpath) {
        if ($status) { $why = "it does not compile: $text" }
        else {
            my ($xml) = glob("$out/$name.xml");
            my $answer = "no $name.xml";
            if (defined $xml) {
                open my $lint, '-|', 'xmllint', '--xpath', "boolean($xpath)", $xml or die "xmllint: $!";
                $answer = <$lint> // 'xmllint failed';
                close $lint;
                chomp $answer;
            }
            $why = "$answer for $xpath" if $answer ne 'true';
        }
    } else {
        my ($word) = lc($class) =~ /(evaluation|syntax|validation|parse)exception$/;
        my ($first) = $text =~ /^(\w+) error/m;
        $first = 'parse' if $text =~ /^parse error/m;    # a broken file may have further errors
        if (!$status) { $why = "it compiles; expected: $class" }
        elsif (($first // '') ne ($word // '?')) { $why = "expected $class, got: $text" }
        elsif ($regex ne '' && $text !~ /$regex/s) { $why = "the message does not match /$regex/: $text" }
    }
    $n++;
    (my $shown = $file) =~ s{^\Q$tests\E/?}{};
    print $why eq '' ? "ok $n - $shown\n" : "not ok $n - $shown\n";
    if ($why ne '') {
        $failed++;
        $why =~ s/^/# /mg;
        print "$why\n";
    }
}
print "1..$n\n";
exit($failed ? 1 : 0);

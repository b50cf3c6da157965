#!/usr/bin/perl
# The sources are in the one format of .clang-format, and a statement stands alone: no second one
# behind a comma.
use strict;
use warnings;

chdir($ENV{WEFT_SRC} // '.') or die "cannot enter the source tree: $!";
my @files = grep { -f } split /\n/, `git ls-files '*.cc' '*.hh' 2>/dev/null`;
if (!@files) {
    print "1..0 # SKIP not a checkout of git: which files are sources is not known\n";
    exit 0;
}
print "1..2\n";

if (`clang-format --version 2>/dev/null` =~ /version 14\./) {
    my @wrong;
    open my $out, '-|', 'sh', '-c', 'git ls-files -z "*.cc" "*.hh" | xargs -0 clang-format --dry-run -Werror 2>&1'
        or die "cannot run clang-format: $!";
    my %seen;
    while (<$out>) {
        push @wrong, $1 if /^(\S+?):\d+:\d+: error: code should be clang-formatted/ && !$seen{$1}++;
    }
    print @wrong ? 'not ok' : 'ok', " 1 - every file is as clang-format writes it\n";
    print STDERR "# make format would change: $_\n" for @wrong;
} else {
    print "ok 1 - every file is as clang-format writes it # SKIP clang-format 14 is not here\n";
}

# Text without comments, and with empty strings, lines kept.
sub bare {
    my ($s) = @_;
    my $lines = sub { my $t = shift; (my $n = $t) =~ tr/\n//cd; $n };
    $s =~ s{R"(\w*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'}
           {my $t = $&; ($t =~ /^[R"']/ ? '0' : '') . $lines->($t)}gse;
    $s =~ s/^\s*#.*(?:\\\n.*)*$//gm;
    return $s;
}

my @found;
for my $file (@files) {
    open my $in, '<', $file or die "$file: $!";
    my $text = bare(do { local $/; <$in> });
    # 'return a, b;' and 'a = b, c = d;' and 'f(), g();': a comma outside all brackets in a statement
    # that begins with return, or with a call or an assignment at a name.
    while ($text =~ /(?:(?<=[;{})])|(?<!:)(?<=:)(?!:))\s*((?:return\b|co_return\b|throw\b|\*?[A-Za-z_][\w.\->\[\]]*\s*(?:=|\+=|-=|\|=|&=|\(|\+\+|--)|\+\+|--)[^;{}]*);/g) {
        my ($statement, $end) = ($1, pos $text);
        next if $statement =~ /^(?:for|if|while|switch|static_assert|BOOST_\w+)\b/;
        my $depth = 0;
        my $bad = 0;
        (my $plain = $statement) =~ s/[\w>]\K<(?:[^<>();]|<[^<>();]*>)*>//g;  # template arguments
        for my $c (split //, $plain) {
            $depth++ if $c =~ /[(\[]/;
            $depth-- if $c =~ /[)\]]/;
            last if $depth < 0;
            $bad = 1 if $c eq ',' && !$depth;
        }
        next if !$bad || $depth;
        my $line = 1 + (substr($text, 0, $end - length($statement) - 1) =~ tr/\n//);
        push @found, "$file:$line: $statement";
    }
}
print @found ? 'not ok' : 'ok', " 2 - no statement hides another behind a comma\n";
print STDERR "# $_\n" for @found;
exit(@found ? 1 : 0);

#!/usr/bin/perl
# Random trees, written by our metaconfig with `historic` and by the modules of Perl that the historic component
# writes with: the bytes must be equal.
#   perl-layout.pl COUNT SEED DIR      metaconfig is in PATH, DIR is a scratch folder
use strict;
use warnings;
use JSON::PP ();
use JSON::XS ();
use YAML::XS ();

my ($count, $seed, $dir) = @ARGV;
srand($seed);
my @hostile = ('', '~', 'null', 'true', 'no', 'yes', '1', '1.0', '0x1f', '1e5', ' a', 'a ', 'a: b', 'a #b', '#a', "a\nb", "\ta", "it's",
    'say "x"', 'a\\b', '[a]', '{a}', '-', '- a', '?', '!x', '&x', '*x', '%x', '@x', '`x', '|', '=', '<<', '1:20', '.inf', 'inf', 'NaN',
    '0 but true', 'a,b', 'a]', ':a', 'a:', '--- a', '...', '/etc/x', "\x01", "\x7f", "a\rb", 'x' x 100, 'word ' x 30);
my @signs = ('a' .. 'f', 0 .. 9, split(//, " :-#'\".,[]{}!&*%\@|>?=\\\n\t"));

sub text {
    return $hostile[rand @hostile] if rand() < 0.5;
    return join('', map { $signs[rand @signs] } 1 .. rand 12);
}

# A leaf is a text, or an object that says how each side spells it.
sub tree {
    my $depth = shift;
    my $kind = rand();
    return text() if $depth == 0 || $kind < 0.4;
    return bless({long => int(rand(2e6)) - 1e6}, 'Leaf') if $kind < 0.5;
    return bless({boolean => rand() < 0.5 ? 1 : 0}, 'Leaf') if $kind < 0.55;
    return bless({double => sprintf('%.2fe%d', rand(1000), int(rand(30)) - 15)}, 'Leaf') if $kind < 0.6;
    return [map { tree($depth - 1) } 1 .. rand 4] if $kind < 0.75;
    return {map { (text() || 'k') => tree($depth - 1) } 1 .. rand 5};
}

sub document {
    my $v = shift;
    return JSON::PP->new->allow_nonref->encode($v) unless ref $v;
    return '[' . join(',', map { document($_) } @$v) . ']' if ref $v eq 'ARRAY';
    return '{' . join(',', map { document($_) . ':' . document($v->{$_}) } sort keys %$v) . '}' if ref $v eq 'HASH';
    return $v->{boolean} ? 'true' : 'false' if exists $v->{boolean};
    return $v->{long} // $v->{double};
}

sub for_perl {
    my ($v, $boolean) = @_;
    return "$v" unless ref $v;
    return [map { for_perl($_, $boolean) } @$v] if ref $v eq 'ARRAY';
    return {map { $_ => for_perl($v->{$_}, $boolean) } keys %$v} if ref $v eq 'HASH';
    return $boolean->($v->{boolean}) if exists $v->{boolean};
    return exists $v->{long} ? 0 + $v->{long} : 0.0 + $v->{double};
}

sub wanted {
    my ($kind, $tree) = @_;
    if ($kind eq 'yaml') {
        my $text = YAML::XS::Dump(for_perl($tree, sub { $_[0] ? '__bool_true' : '__bool_false' }));
        $text =~ s/__bool_(true|false)/$1/g;
        return "$text\n";
    }
    my $writer = JSON::XS->new->canonical(1)->pretty($kind eq 'jsonpretty' ? 1 : 0);
    return $writer->encode(for_perl($tree, sub { $_[0] ? \1 : \0 })) . "\n";
}

my @kinds = ('json', 'jsonpretty', 'yaml');
my (@wanted, @services);
for my $i (0 .. $count - 1) {
    my $tree = tree(4);
    $tree = {contents => $tree} unless ref $tree eq 'HASH';
    my $kind = $kinds[$i % @kinds];
    push(@wanted, wanted($kind, $tree));
    push(@services, qq("_2fout_2ff$i": {"module": "$kind", "contents": ) . document($tree) . '}');
}
open(my $out, '>', "$dir/document") or die "$dir/document: $!\n";
print $out '{"tree": {"historic": true, "services": {' . join(',', @services) . '}}}';
close($out) or die "$dir/document: $!\n";
$ENV{NCM_ROOT} = "$dir/root";
my $said = `metaconfig configure <$dir/document`;
die $said if $?;
my $different = 0;
for my $i (0 .. $count - 1) {
    open(my $in, '<', "$dir/root/out/f$i") or die "f$i: $!\n";
    my $got = do { local $/; <$in> };
    next if $got eq $wanted[$i];
    $different++;
    print "wanted:\n$wanted[$i]got:\n$got" if $different < 4;
}
print "$count trees, $different differ\n";
exit($different ? 1 : 0);

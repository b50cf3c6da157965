#!/usr/bin/perl
# Runs the expectation files that metaconfig's services bring (regular expressions beside test profiles)
# against our metaconfig, and says for each file whether all of it holds.
#   peer-expectations.pl SOURCES DIR
#     SOURCES   holds configuration-modules-core, template-library-core, maven-tools
#     DIR       a scratch folder; quattor-install.pl laid their modules and templates below DIR/root/usr
#     panc and metaconfig are in PATH
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Find;
use File::Path qw(make_path);
use JSON::PP ();

my ($sources, $dir) = @ARGV;
die "usage: peer-expectations.pl sources dir\n" unless defined $dir;
my $services = abs_path("$sources/configuration-modules-core/ncm-metaconfig/src/main/metaconfig");
unshift(@INC, "$dir/root/usr/lib/perl", "$sources/maven-tools/build-scripts/src/main/perl");
require Test::Quattor::RegexpTest;
my $json = JSON::PP->new->utf8->allow_nonref->canonical;

# Names as their build unfolds them: metaconfig/SERVICE/x is SERVICE/pan/x.pan.
make_path("$dir/namespace/metaconfig");
for my $pan (glob("$services/*/pan")) {
    symlink($pan, "$dir/namespace/metaconfig/" . basename(dirname($pan)));
}

# One profile at a time, with all expectations beside it.
my %expectations;
find({no_chdir => 1, wanted => sub {
    return unless -f $_ && m{^(.*)/tests/regexps/([^/]+)(?:/[^/]+)?$} && basename($_) !~ /^\./;
    push(@{$expectations{"$1/tests/profiles/$2.pan"}}, $_);
}}, $services);

sub member {
    my ($tree, $path) = @_;
    for my $step (grep { length } split(m{/}, $path)) {
        return undef unless defined $tree;
        $tree = ref $tree eq 'ARRAY' ? $tree->[$step] : $tree->{$step};
    }
    return $tree;
}

# What a file asks to be rendered: the parser is theirs.
sub expectation {
    my $file = shift;
    my $t = Test::Quattor::RegexpTest->new(regexp => $file);
    $t->parse;
    return $t;
}

sub escaped {
    my $s = shift;
    $s =~ s/(^[0-9]|[^a-zA-Z0-9])/sprintf('_%x', ord $1)/eg;
    return $s;
}

sub rendered_by_us {
    my ($module, $contents, $convert) = @_;
    my $document = $json->encode({component => 'metaconfig', tree => {services => {
        escaped('/out') => {module => $module, contents => $contents, convert => $convert || {}}}}});
    # Numbers as the profile spells them: a reader of JSON in Perl would lose 1.0.
    $document =~ s/"\\u0001number (.*?)"/$1/g;
    unlink("$dir/root/out");
    open(my $in, '>', "$dir/document") or die "$dir/document: $!\n";
    print $in $document;
    close($in);
    local $ENV{NCM_ROOT} = "$dir/root";
    my $said = `metaconfig configure <$dir/document 2>&1`;
    open(my $out, '<', "$dir/root/out") or return (undef, $said);
    my $text = do { local $/; <$out> };
    return ($text, $said);
}

sub holds {
    my ($file, $text) = @_;
    my $pid = fork();
    if (!$pid) {
        open(STDOUT, '>', "$dir/tap");
        open(STDERR, '>&', \*STDOUT);
        require Test::More;
        Test::More->builder->reset;
        Test::More->builder->$_(\*STDOUT) for qw(output failure_output todo_output);
        my $t = Test::Quattor::RegexpTest->new(regexp => $file, text => $text);
        $t->test();
        Test::More::done_testing();
        exit(Test::More->builder->is_passing ? 0 : 1);
    }
    waitpid($pid, 0);
    return $? == 0;
}

my ($good, $all) = (0, 0);
for my $profile (sort keys %expectations) {
    (my $name = $profile) =~ s{^\Q$services\E/}{};
    system('panc', '-I', dirname($profile), '-I', "$dir/namespace", '-I', "$sources/template-library-core",
           '-o', $dir, '--formats', 'json', $profile) == 0 or die "$profile does not compile\n";
    my $compiled = "$dir/" . basename($profile, '.pan') . '.json';
    open(my $in, '<', $compiled) or die "$compiled: $!\n";
    my $text = do { local $/; <$in> };
    $text =~ s/^(\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*)?)(-?\d[-+.\deE]*)(,?)$/$1"\\u0001number $2"$3/mg;
    my $tree = $json->decode($text);
    for my $file (sort @{$expectations{$profile}}) {
        $all++;
        my ($flags, $convert) = ({}, undef);
        my $pid = open(my $child, '-|');
        if (!$pid) {
            # Their parser prints results of a test.
            open(my $keep, '>&', \*STDOUT);
            open(STDERR, '>', '/dev/null');
            require Test::More;
            Test::More->builder->output('/dev/null');
            my $t = expectation($file);
            print $keep $json->encode($t->{flags});
            close($keep);
            require POSIX;
            POSIX::_exit(0);
        }
        $flags = $json->decode(do { local $/; <$child> });
        close($child);
        (my $path = $flags->{renderpath}) =~ s{/$}{};
        my $module = $flags->{rendermodule} || member($tree, "$path/module");
        my $contents = member($tree, $flags->{contentspath} || "$path/contents");
        $convert = $flags->{element} ? {map { $_ => JSON::PP::true } keys %{$flags->{element}}} : member($tree, "$path/convert");
        my ($out, $said) = rendered_by_us($module, $contents, $convert);
        my $ok = defined $out && holds($file, $out);
        $good++ if $ok;
        (my $short = $file) =~ s{^\Q$services\E/}{};
        print(($ok ? 'holds ' : 'fails '), "$short\n");
        if (!$ok && $ENV{VERBOSE}) {
            print "    $said\n" unless defined $out;
            if (defined $out) {
                open(my $tap, '<', "$dir/tap");
                print map { "    $_" } grep { /not ok|^\s*#/ } <$tap>;
                print "--text\n$out--end\n";
            }
        }
    }
}
print "$good of $all\n";

#!/usr/bin/perl
# Lays a folder of Quattor's source trees out as their packages install them: DIR/lib/perl the modules,
# DIR/share/templates/quattor the text templates. Fills in what their build fills in (the package lines).
#   quattor-install.pl SOURCES DIR      SOURCES holds CCM, CAF, LC, ncm-ncd, configuration-modules-core
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Find;
use File::Path qw(make_path);

my ($sources, $to) = @ARGV;
die "usage: quattor-install.pl sources dir\n" unless defined $to;

sub put {
    my ($file, $text) = @_;
    make_path(dirname($file));
    open(my $out, '>', $file) or die "$file: $!\n";
    print $out $text;
    close($out) or die "$file: $!\n";
}

# What maven puts in place of its properties.
sub filled {
    my ($text, $artifact) = @_;
    my $after = ";\n\nuse strict;\nuse warnings;\nuse version;\nour \$VERSION = version->new('v99.0.0');\n";
    $text =~ s/^#\$\{PMcomponent\}/package NCM::Component::$artifact$after/m;
    $text =~ s/^#\$\{PMpre\}\s*(.*?)\$\{PMpost\}/package $1$after/mg;
    $text =~ s/\$\{project\.artifactId\}/$artifact/g;
    $text =~ s/\$\{(project\.version|no-snapshot-version)\}/99.0.0/g;
    $text =~ s/^# \$\{[a-z]+-info\}$//mg;
    return $text;
}

for my $tree (glob("$sources/CCM $sources/CAF $sources/LC $sources/ncm-ncd $sources/configuration-modules-core/ncm-*"),
              glob("$sources/File-AtomicWrite")) {
    (my $artifact = $tree) =~ s{.*/(ncm-)?}{};
    my $from = -d "$tree/src/main" ? "$tree/src/main" : "$tree/lib";
    next unless -d $from;
    find({no_chdir => 1, wanted => sub {
        my $file = $_;
        return unless -f $file;
        if ($file =~ /\.pm$/) {
            open(my $in, '<', $file) or die "$file: $!\n";
            my $text = filled(do { local $/; <$in> }, $artifact);
            return unless $text =~ /^\s*package\s+([\w:]+)/m;
            my $name = $1;
            $name =~ s{::}{/}g;
            put("$to/lib/perl/$name.pm", $text);
        } elsif ($file =~ m{/src/main/(?:resources|metaconfig)/(.*\.tt)$}) {
            (my $name = $1) =~ s{^$artifact/}{};
            my $folder = $artifact;
            make_path(dirname("$to/share/templates/quattor/$folder/$name"));
            copy($file, "$to/share/templates/quattor/$folder/$name") or die "$file: $!\n";
        } elsif ($file =~ m{/(?:scripts|bin)/([\w-]+)$}) {
            my $program = "$to/sbin/$1";
            open(my $in, '<', $file) or die "$file: $!\n";
            put($program, filled(do { local $/; <$in> }, $artifact));
            chmod(0755, $program);
        }
    }}, $from);
}

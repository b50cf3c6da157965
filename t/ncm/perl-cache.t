#!/bin/sh
# The cache's databases are those Perl's CDB_File and DB_File read and write, which Quattor nodes use.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"
perl -MCDB_File -MDB_File -e1 2>/dev/null || skip_all 'no CDB_File or DB_File for Perl'

cat >read.pl <<'END'
use strict; use warnings; use Fcntl; use CDB_File; use DB_File;
# Follow the documented keys by hand: every path, its type, value and checksum.
my ($dir) = @ARGV;
sub db { my $base = shift; my %h; open my $f, '<', "$base.fmt" or die; chomp(my $fmt = <$f>);
         if ($fmt eq 'CDB_File') { tie %h, 'CDB_File', "$base.db" or die "$base: $!" }
         else { tie %h, 'DB_File', "$base.db", O_RDONLY, 0, $DB_HASH or die "$base: $!" }
         return \%h }
my ($p, $e) = (db("$dir/path2eid"), db("$dir/eid2data"));
for my $path (sort keys %$p) {
    my $eid = unpack 'L', $p->{$path};
    my @v = map { $e->{pack 'L', $_ << 28 | $eid} } 0 .. 2;
    $v[0] =~ tr/\0/,/;
    print "$path $eid $v[1] $v[2] '$v[0]'\n";
}
END
profile "$(active foo)" '<nlist name="system"><list name="lst"><string>x</string><double>1.5</double></list><nlist name="network"><string name="hostname">w1</string><long name="n">7</long><boolean name="up">true</boolean></nlist></nlist>'
for format in CDB_File DB_File; do
    ok "Perl reads our $format" "
        ccm-fetch --force --dbformat $format && perl read.pl $node/var/lib/ccm/profile.\$(cat $node/var/lib/ccm/current.cid) >$format &&
        grep -q '^/system/network [0-9]* nlist [0-9a-f]* .hostname,n,up.$' $format && grep -q '^/system/lst/1 [0-9]* double [0-9a-f]* .1.5.$' $format &&
        grep -q '^/ 0 nlist [0-9a-f]* .software,system.$' $format && test \$(wc -l <$format) = \$(ccm --format tabcompletion | grep -c /)"
done
ok 'REQ-C-1: and finds the same in both' 'same CDB_File DB_File'

cat >write.pl <<'END'
use strict; use warnings; use Fcntl; use CDB_File; use DB_File; use Digest::MD5 qw(md5_hex);
# A cache as the historic tools leave it.
my ($root, $fmt) = @ARGV;
mkdir $root; mkdir "$root/$_" for qw(data tmp profile.5);
sub put { open my $f, '>', "$root/$_[0]" or die; print $f $_[1] }
put('global.lock', "no\n"); put('current.cid', "5\n"); put('latest.cid', "5\n"); put('profile.5/profile.url', "http://old/x.xml\n");
my (%p, %e);
my $n = 0;
sub element { my ($path, $type, $value, $sum) = @_; my $eid = $n++; $p{$path} = pack 'L', $eid;
    $e{pack 'L', $eid} = $value; $e{pack 'L', 1 << 28 | $eid} = $type; $e{pack 'L', 2 << 28 | $eid} = $sum }
sub leaf { md5_hex("$_[0]\x1e$_[1]") }
my $list = md5_hex('0' . leaf('x', 'string') . '1' . leaf('1.5', 'double'));
element('/', 'nlist', "a\0b", md5_hex('a' . $list . 'b' . leaf('true', 'boolean')));
element('/a', 'list', "0\0001", $list);
element('/a/0', 'string', 'x', leaf('x', 'string'));
element('/a/1', 'double', '1.5', leaf('1.5', 'double'));
element('/b', 'boolean', 'true', leaf('true', 'boolean'));
for (['path2eid', \%p], ['eid2data', \%e]) {
    my ($name, $h) = @$_;
    put("profile.5/$name.fmt", "$fmt\n");
    my $file = "$root/profile.5/$name.db";
    if ($fmt eq 'CDB_File') { CDB_File::create(%$h, $file, "$file.tmp") or die }
    else { my %t; tie %t, 'DB_File', $file, O_RDWR | O_CREAT, 0644, $DB_HASH or die; %t = %$h; untie %t }
}
put('profile.5/profile', '<nlist format="pan" name="profile"><list name="a"><string>x</string><double>1.5</double></list><boolean name="b">true</boolean></nlist>');
END
for format in CDB_File DB_File; do
    ok "we read a $format cache that Perl wrote, checksums and all" "
        perl write.pl old.$format $format && ccm --cache_root old.$format verify && test \"\$(ccm --cache_root old.$format --format json)\" = '{\"a\":[\"x\",1.5],\"b\":true}'"
done
ok 'REQ-C-1: without a format file it is a DB_File' 'rm old.DB_File/profile.5/*.fmt && ccm --cache_root old.DB_File get /b'
done_testing

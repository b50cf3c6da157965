# A server for one test: serves a folder over HTTP as a profile server does, with the faults asked for.
#   httpd.pl DIR     prints its port; DIR/mode says what it does next: good (default), cut, hang, error, garbage
#                    each request is one line in DIR/requests: path, If-None-Match, If-Modified-Since
use strict; use warnings;
use IO::Socket::INET;
use Digest::MD5 qw(md5_hex);
$| = 1;
my $dir = shift;
my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 20, ReuseAddr => 1) or die;
print $s->sockport, "\n";
my @day = qw(Sun Mon Tue Wed Thu Fri Sat); my @mon = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
sub date { my @t = gmtime shift; sprintf '%s, %02d %s %04d %02d:%02d:%02d GMT', $day[$t[6]], $t[3], $mon[$t[4]], $t[5] + 1900, @t[2, 1, 0] }
sub slurp { open my $f, '<:raw', shift or return; local $/; <$f> }
$SIG{CHLD} = 'IGNORE';
while (my $c = $s->accept) {
    next if fork;
    my $line = <$c> // exit;
    my ($path) = $line =~ m{^GET (\S+)};
    my %h;
    while (<$c>) { last unless /\S/; $h{lc $1} = $2 if /^([^:]+):\s*(.*?)\r?$/ }
    open my $log, '>>', "$dir/requests"; print $log join(' ', $path, $h{'if-none-match'} // '-', $h{'if-modified-since'} ? 'since' : '-'), "\n"; close $log;
    my $mode = slurp("$dir/mode") // 'good'; chomp $mode;
    my $body = slurp("$dir$path");
    if ($mode eq 'hang') { sleep 60; exit }
    if ($mode eq 'garbage') { print $c "\x00\xffthis is no HTTP\r\n\r\n"; exit }
    if ($mode eq 'error') { print $c "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"; exit }
    if (!defined $body) { print $c "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"; exit }
    my $time = (stat "$dir$path")[9];
    my $etag = '"' . md5_hex($body) . '"';
    my $head = "Content-Type: text/xml; charset=iso-8859-1\r\nLast-Modified: " . date($time) . "\r\nETag: $etag\r\nConnection: close\r\n";
    if (($h{'if-none-match'} // '') eq $etag) { print $c "HTTP/1.1 304 Not Modified\r\n$head\r\n"; exit }
    my $n = length $body;
    $body = substr $body, 0, $n / 2 if $mode eq 'cut' or $mode eq 'short';
    $n = length $body if $mode eq 'short';   # cut before it came to the server: the length is right
    print $c "HTTP/1.1 200 OK\r\nX-Weft-Revision: 57\r\nContent-Length: $n\r\n$head\r\n$body";
    exit;
}

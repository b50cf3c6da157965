#!/usr/bin/perl
# A web server for the tests: files of a folder, ranges, and on request the faults of real ones.
#   httpd.pl FOLDER PORT-FILE LOG
# It is a forward proxy too, whatever host is asked for; what is to be connected is taken to be here.
# A file FOLDER/NAME.cut makes the server stop after half of NAME, once: it removes NAME.cut.
use strict;
use warnings;
use IO::Socket::INET;
my ($dir, $port_file, $log) = @ARGV;
my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Proto => 'tcp', Listen => 64, ReuseAddr => 1) or die $!;
open my $p, '>', "$port_file.part" or die $!;
print $p $listen->sockport, "\n";
close $p;
rename "$port_file.part", $port_file;
$SIG{CHLD} = 'IGNORE';
while (my $c = $listen->accept) {
    next if fork;
    close $listen;
    while (defined(my $line = <$c>)) {
        my ($method, $path) = $line =~ /^(\S+) (\S+)/ or last;
        my $from = 0;
        while (defined(my $h = <$c>)) {
            last if $h =~ /^\r?$/;
            $from = $1 if $h =~ /^Range: bytes=(\d+)-/i;
        }
        $path =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
        open my $l, '>>', $log;
        print $l "$path $from\n";
        close $l;
        if ($method eq 'CONNECT') {
            my $to = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $path =~ /(\d+)$/, Proto => 'tcp') or last;
            syswrite $c, "HTTP/1.1 200 OK\r\n\r\n";
            my ($from, $into) = fork ? ($c, $to) : ($to, $c);
            while (sysread $from, my $bytes, 65536) { syswrite $into, $bytes }
            shutdown $into, 1;
            last;
        }
        $path =~ s{^http://[^/]+}{};    # as a forward proxy is asked
        my $body;
        if (open my $f, '<:raw', "$dir$path") { local $/; $body = -d $f ? undef : <$f>; }
        if (!defined $body) { print $c "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"; next; }
        my $size = length $body;
        $body = substr $body, $from;
        printf $c "HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n", $from ? '206 Partial Content' : '200 OK', length $body,
            $from ? sprintf("Content-Range: bytes %d-%d/%d\r\n", $from, $size - 1, $size) : '';
        if ($method eq 'HEAD') { next; }
        if (unlink "$dir$path.cut") { print $c substr $body, 0, int(length($body) / 2); last; }
        print $c $body;
    }
    exit 0;
}

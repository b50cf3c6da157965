#!/bin/sh
# What was accepted is finished or refused in words, whoever goes meanwhile: listeners to events that reset their
# connection while others are told, and the server itself.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org
server_start || exit 99
as_admin commit -m first -I profiles -I . site >/dev/null 2>&1
# listen WHO QUERY COUNT ROUNDS SECONDS: so many streams of events, then all of them end by a reset; and again
# report SECONDS: a node reports as fast as it can, over one connection
client='use IO::Socket::SSL; use Socket; use POSIX; use Time::HiRes "time";
    sub to { IO::Socket::SSL->new(PeerAddr => "127.0.0.1", PeerPort => '$port', SSL_verify_mode => 0,
        SSL_cert_file => "pki/$_[0].crt", SSL_key_file => "pki/$_[0].key") or die "no connection: $SSL_ERROR" }
    sub answer { my ($s, $n) = (shift, 0); my $line = <$s> // die "no answer\n"; while (defined(my $l = <$s>)) { $n = $1 if $l =~ /^Content-Length: (\d+)/; last if $l eq "\r\n" } read $s, my $body, $n if $n; $line }'
listen() {
    perl -e "$client"'
        my ($who, $query, $count, $rounds, $seconds) = @ARGV;
        for (1 .. $rounds) {
            my @all;
            for (1 .. $count) {
                my $s = to($who);
                print $s "GET /api/v1/events$query HTTP/1.1\r\nHost: x\r\n\r\n";
                my $line = <$s>;
                $line =~ / 200 / or die "answered $line";
                push @all, $s;
            }
            open my $f, ">", "listening";
            print $f "yes";
            close $f;
            select undef, undef, undef, $seconds;
            for (@all) { setsockopt $_, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0); POSIX::close(fileno $_); }
        }' "$@"
}
report() {
    perl -e "$client"'
        my ($s, $end) = (to("'$b1'"), time + $ARGV[0]);
        while (time < $end) {
            print $s "POST /api/v1/nodes/'$b1'/status HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";
            answer($s) =~ / 200 / or die;
        }' "$@"
}
# A template that takes its time: some seconds to compile.
slow_site() {
    for i in 1 2 3; do
        echo "object template lxb00$i.example.org; '/x' = { i = 0; while (i < 9900) { j = 0; while (j < 300) { j = j + 1; }; i = i + 1; }; i; };" >site/profiles/lxb00$i.example.org.pan
    done
}
perl -MIO::Socket::SSL -e 1 2>/dev/null || skip_all 'IO::Socket::SSL is not here'

ok 'listeners that reset their connections while reports and commits are told do not end the server' '
    pid=$(cat cdbd.pid)
    report 2 & reporter=$!
    for round in 1 2; do
        listen admin "" 20 2 0.01 & all=$!
        listen $b1 "?node=$b1" 10 2 0.01 & own=$!
        for i in 1 2; do
            echo "# $round $i" >>site/service/base.pan
            as_admin commit -m "round $round" site
        done
        wait $all
        wait $own
    done
    wait $reporter
    [ "$pid" = "$(cat cdbd.pid)" ]
    kill -0 "$pid"'
ok 'a stop with open streams is clean' '
    rm -f listening
    listen admin "" 10 1 20 & listener=$!
    until_true 20 [ -s listening ]
    server_stop
    kill $listener || :
    tail -1 server.log | grep "info: stopped"
    server_start'
ok 'a stop finishes the commit under way, answers it, and refuses in words those that wait' '
    slow_site
    as_admin commit -m slow site >slow.out 2>&1 & slow=$!
    until_true 20 eval "ask admin /api/v1/commits | grep -q slow"
    for i in 1 2 3; do
        printf "{\"comment\":\"late %s\",\"changes\":[{\"path\":\"late%s.pan\",\"text\":\"template late%s;\"}]}" $i $i $i >late.$i
        ask admin /api/v1/commit --data-binary @late.$i -w "%{http_code}" >late.$i.out &
    done
    sleep 0.3
    kill "$(cat cdbd.pid)"
    wait $slow
    cat slow.out
    until_true 60 eval "tail -1 server.log | grep \"info: stopped\""
    server_start
    as_admin log >log
    grep slow log
    for i in 1 2 3; do
        # Each was told what became of it.
        if grep -q "late $i" log; then
            grep "200$" late.$i.out
        else
            # In words, or not even taken: its connection had asked for nothing yet.
            grep "000$" late.$i.out || {
                grep "the server stops, nothing was done" late.$i.out
                grep "503$" late.$i.out
            }
        fi
    done'
done_testing

#!/usr/bin/perl
# Whatever templates do, what is evaluated once for many objects is what evaluating it for each would give: files,
# dependencies, origins, messages and printed lines, with one job and with two.
#   ROUNDS=200 SEED=1 t/compiler/reuse-random.t
use strict;
use warnings;
use Cwd 'getcwd';
use File::Path qw(make_path remove_tree);
use File::Temp 'tempdir';

my $rounds = $ENV{ROUNDS} || 25;
my $seed = $ENV{SEED} || 1 + $$ % 100000;
srand $seed;
my $top = tempdir('weft-t.XXXXXX', TMPDIR => 1, CLEANUP => 1);
chdir $top or die;

sub put { my ($file, $text) = @_; open my $f, '>', $file or die "$file: $!"; print $f $text; close $f or die; }
sub one { $_[int rand @_] }
sub n { int rand(shift // 4) }

# ---- a language of statements. By name: d dicts of dicts, l lists, p longs, in the tree and as variables.
my $nodes = 8;
my @names;      # of templates that may be included
my @structs = map { "struct$_" } 0 .. 3;
sub d { '/d' . n(3) }
sub l { '/l' . n(3) }
sub p { '/p' . n(3) }
sub D { 'D' . n(2) }
sub L { 'L' . n(2) }
sub P { 'P' . n(2) }
sub k { one(qw(a b c)) }
sub number {
    my $depth = shift // 0;
    return one(n(5), P(), "to_long(value('" . p() . "', " . n() . "))", "(if (exists(" . P() . ")) " . P() . " else " . n() . ")",
        "length(" . L() . ")", "(if (exists('" . d() . "/" . k() . "')) 1 else 2)", "count(" . L() . ")", "value('" . p() . "')")
        if $depth || rand() < 0.6;
    return number(1) . one(' + ', ' - ', ' * ') . number(1);
}
sub dict { one(D(), "dict('" . k() . "', dict('v', " . number(1) . "))", "value('" . d() . "')", "create('" . one(@structs) . "')", "value('" . d() . "', dict())") }
sub list { one(L(), "list(" . number(1) . ", " . number(1) . ")", "value('" . l() . "')", "value('" . l() . "', list())", "merge(" . L() . ", list(" . number(1) . "))") }
# Statements in code that has a dict x, the loop's child y and SELF, which is one as well.
sub step {
    my $k = k();
    return one(
        "x['$k']['v'] = " . number(1), "SELF['$k']['v'] = " . number(1), "x = SELF", "x = clone(x)", "y = x['$k']; y['w'] = " . n(), "y = SELF['$k']; y['w'] = " . n(),
        "z = x; z['$k'] = dict('v', " . n() . ")", "foreach (i; v; x) { v['u'] = " . n() . " }", "foreach (i; v; SELF) { v['u'] = " . n() . " }",
        "foreach (i; v; x) { SELF[i] = v }", "foreach (i; v; " . D() . ") { x[i] = v }", "foreach (i; v; " . D() . ") { SELF[i]['" . k() . "'] = length(v) }",
        "change(x, " . n() . ")", "change(SELF, " . n() . ")", "change(" . D() . ", " . n() . ")", "x = merge(SELF, dict('m', dict('v', 1)))", "z = merge(x, dict('m', dict())); z['$k']['w'] = 7",
        "ok = first(" . D() . ", i, v); while (ok) { x[i]['n'] = to_long(length(v)); t = create('" . one(@structs) . "'); ok = next(" . D() . ", i, v) }",
        "ok = first(x, i, v); while (ok) { v['n'] = " . n() . "; ok = next(x, i, v) }", "x['s'] = dict('v', length(substitute('\${name} \${" . P() . "}')))",
        "foreach (i; v; " . L() . ") { x['s'] = dict('v', to_long(substitute('\${name}1'))) }", "name = to_string(" . number(1) . ")", "delete(x['$k'])", "delete(SELF['$k'])",
        "if (is_valid(record, x)) x['$k'] = dict('v', 1)", "x['t'] = dict('v', length(TEMPLATE))", "SELF['o'] = dict('v', length(OBJECT))", "x['f'] = dict('v', named())",
        "l = list(); foreach (i; v; x) { l[length(l)] = v }; l[0]['w'] = 3", "l = list(x, x); l[0]['$k'] = dict('v', " . n() . ")",
        "l = value('" . d() . "', dict()); l['q'] = dict('v', 1); x['q'] = dict('v', length(l))", "SELF['$k'] = x['" . k() . "']");
}
sub code {
    my $begin = one("dict('a', dict('v', 1), 'b', dict('v', 2))", "clone(SELF)", D(), "SELF", "value('" . d() . "')", "create('" . one(@structs) . "')");
    return "{ name = '1'; x = $begin; SELF['a']['v'] = " . n() . "; x['a']['v'] = 0; foreach (i; key; list('b', 'c')) { if (!exists(x[key])) x[key] = dict('v', 9); if (!exists(SELF[key])) SELF[key] = dict('v', 8) }; " . join('; ', map { step() } 1 .. 1 + n(5)) . "; " . one('x', 'SELF', "merge(dict(), x)", 'return(SELF)', 'return(x)') . " }";
}
# Lists and dicts so large that what differs between two of them is looked for.
sub wide {
    my ($i, $key, $number) = (n(2), one("'k" . n(14) . "'", "'k' + to_string(" . one('I', number(1)) . ')', "'z' + OBJECT"), one('I', number()));
    return one(
        "'/wide$i' = { foreach (i; key; KEYS) SELF[key]" . one("['w'] = i % 10", "['d'] = 3", " = dict('d', i)", " = dict()", "['v'] = " . n()) . "; SELF[$key] = dict('v', $number); SELF };",
        "'/wide$i' = { foreach (i; key; KEYS) if (i != " . one('I', n(12)) . ") SELF[key]['w'] = i % 10; SELF };",
        "'/wide$i/k" . n(14) . "/" . one('v', 'd', 'w') . "' = $number;",
        "'/wide$i/k" . n(14) . "' = null;",
        "'/deep$i' = { foreach (i; key; KEYS) SELF[key] = value('/wide$i', dict()); SELF['k1']['x'] = dict('v', $number); SELF };",
        "'/many$i' = { foreach (i; key; KEYS) SELF[i] = dict('w', i % 10); SELF[" . one('I', n(14)) . "]['v'] = $number; SELF };",
        "'/many$i' = append(dict('v', $number));",
        "'/nums$i' = { foreach (i; key; KEYS) SELF[key] = if (i % 3 == 1) undef else i; SELF[$key] = " . one($number, 'undef') . "; SELF };",
        "bind '/wide$i' = entry{" . one('', '', '9..13') . "};", "bind '/deep$i' = entry{}{};", "bind '/many$i' = entry[];", "bind '/nums$i' = filled{};",
        "bind '/wide$i' = wide with length(SELF) > " . n(12) . " || exists('" . p() . "');");
}
sub statement {
    my $what = n(42);
    return wide() if $what >= 34;
    return "'" . d() . "' = " . code() . ";" if $what < 8;
    return "variable " . D() . " = " . code() . ";" if $what == 8;
    return "variable " . D() . " ?= " . dict() . ";" if $what == 9;
    return "variable " . L() . " = " . list() . ";" if $what == 10;
    return "variable " . P() . " " . one('=', '?=') . " " . number() . ";" if $what == 11;
    return "'" . l() . "' = " . list() . ";" if $what == 12;
    return "'" . l() . "' = { SELF[length(SELF)] = " . number() . "; SELF };" if $what == 13;
    return "'" . l() . "' = append(" . number() . ");" if $what == 14;
    return "'" . l() . "/" . n(3) . "' " . one('=', '?=') . " " . number() . ";" if $what == 15;
    return "'" . p() . "' " . one('=', '?=') . " " . number() . ";" if $what == 16;
    return "'" . d() . "/" . k() . "/v' " . one('=', '?=') . " " . number() . ";" if $what == 17;
    return one("'" . d() . "/" . k() . "' = null;", "'" . p() . "' = null;", "'" . l() . "/0' = null;") if $what == 18;
    return one('', '', 'final ') . "'/final" . n(3) . "/" . k() . "' = " . number() . ";" if $what == 19;
    return "'/n" . n(3) . "' = value('" . one('node0', 'other') . ":" . p() . "', " . n() . ");" if $what == 20;
    return "'/e" . n(3) . "' = exists('" . one('other:' . d(), 'node0:' . d(), "only/" . k(), d()) . "');" if $what == 21;
    return "include if_exists('only/" . k() . "');" if $what == 22;
    return "variable LOADPATH = list('path" . n(2) . "');\ninclude 'found';" if $what == 23;
    return "'/t" . n(3) . "' = file_contents('text" . n(2) . "') + to_string(file_exists('text" . n(4) . "'));" if $what == 24;
    return "'/o" . n(3) . "' = OBJECT + TEMPLATE;" if $what == 25;
    return "bind '" . d() . "' = record{};" if $what == 26;
    return "bind '" . p() . "' = small;" if $what == 27;
    return "valid '" . l() . "' = length(SELF) < " . (4 + n(9)) . " || exists('" . p() . "');" if $what == 28;
    return "'" . d() . "' = merge(" . dict() . ", dict('m', dict('v', 1)));" if $what == 29;
    return "'/w" . n(3) . "' = deprecated(1, 'old " . n(3) . "');" if $what == 30;
    return "variable NAME = '" . one(@names) . "';\ninclude NAME;" if $what == 31;
    return "'/s" . n(3) . "' = create('" . one(@structs) . "', 'own', " . number() . ");" if $what == 32;
    return "include '" . one(@names) . "';";
}

sub site {
    remove_tree('site'); make_path('site/only', 'site/path0', 'site/path1', 'site/profiles');
    @names = ();
    put("site/text$_", "text $_") for 0 .. 1;
    put("site/path$_/found.pan", "template found;\n'/found' = $_;\n'" . p() . "' ?= $_;\n") for 0 .. 1;
    put("site/only/a.pan", "template only/a;\n'/only' = 1;\n");
    put('site/types.pan', "declaration template types;\n"
        . "function count = { n = 0; foreach (i; v; ARGV[0]) n = n + 1; n };\n"
        . "function change = { ARGV[0]['a']['c'] = ARGV[1]; y = ARGV[0]['b']; if (is_dict(y)) y['c'] = ARGV[1]; ARGV[0] };\n"
        . "function named = length(FUNCTION);\nfunction big = { SELF < " . (50 + n(200)) . " || exists('" . p() . "') };\n"
        . "type small = long with big();\ntype filled = long = " . n() . ";\n"
        . "type more = extensible { 'extra' : long = " . n() . " } with { x = SELF; x['v'] = 3; value('" . p() . "', 0) < 40 };\n"
        . "type entry = extensible { 'v' : small = " . n() . " 'd' ? long = 4 'w' ? long(0..9) include more };\n"
        . "type wide = entry{};\n"
        . "type record = extensible { 'a' ? entry 'b' ? extensible {} with length(SELF) < 9 };\n");
    for my $s (@structs) {
        put("site/$s.pan", "structure template $s;\n'a' = dict('v', " . number(1) . ");\n" . one('', "'b' = dict('v', value('a/v'));\n", "'b/v' = value('" . p() . "', 1);\n", "'c' = dict('l', length(" . L() . "));\n"));
    }
    for my $t (map { "part$_" } 0 .. 7) {
        put("site/$t.pan", one('', '', 'unique ') . "template $t;\n" . join("\n", map { statement() } 1 .. 2 + n(6)) . "\n") if @names;
        put("site/$t.pan", "template $t;\n'/$t' = 1;\n") if !@names;
        push @names, $t;    # so that no template includes itself, most of the time
    }
    my $begin = "include 'types';\nvariable KEYS = list(" . join(', ', map { "'k$_'" } 0 .. 11) . ");\n" . join('', map { "variable D$_ = dict('a', dict('v', $_), 'b', dict('v', 1));\nvariable L$_ = list($_, 2);\n'/d$_/a/v' = 1;\n'/d$_/b' = dict('v', 2);\n'/l$_' = list(1);\n'/p$_' = $_;\n" } 0 .. 2);
    put('site/begin.pan', "template begin;\n$begin");
    put('site/profiles/other.pan', "object template other;\n'/p1' = 4;\n'/d1/a' = 1;\n");
    my @kinds = map { [map { one(@names) } 1 .. 3 + n(3)] } 0 .. 2;
    for my $i (0 .. $nodes - 1) {
        my @parts = @{one(@kinds)};
        splice @parts, n(scalar @parts), 0, one(@names) if rand() < 0.3;
        my $text = "object template node$i;\nvariable I = $i;\ninclude 'begin';\nvariable P0 = " . n(2) . ";\nvariable P1 = " . n(2) . ";\n";
        $text .= "variable D0 = dict('a', dict('v', " . n(2) . "), 'c', dict());\n" if rand() < 0.5;
        put("site/profiles/node$i.pan", $text . join('', map { "include '$_';\n" } @parts));
    }
}

# ---- the same three times
sub outcome {
    my ($to, @options) = @_;
    remove_tree($to); make_path($to);
    my $said = qx(timeout 60 panc --formats pan,json,dep,origins --max-iteration 60 --max-recursion 20 -I site/profiles:site -o $to @options site/profiles/*.pan 2>&1);
    my $status = $? >> 8;
    my %out = (status => $status);
    # Who prints first is not said with two jobs.
    $out{said} = join '', sort grep { !/^ +\(the same in/ } split /^/, $said;
    for my $file (glob "$to/*") {
        local (@ARGV, $/) = $file;
        $out{substr $file, length $to} = <> // '';
    }
    return \%out;
}
my ($written, $bad) = (0, '');
for my $round (1 .. $rounds) {
    site();
    my $want = outcome('each', '--no-reuse');
    $written += grep { /json/ } keys %$want;
    for my $jobs (1, 2) {
        my $got = outcome('once', '-j', $jobs);
        my %all = (%$want, %$got);
        my @differ = grep { ($want->{$_} // 'no file') ne ($got->{$_} // 'no file') } sort keys %all;
        next if !@differ && $want->{status} =~ /^(0|1)$/;
        $bad = "round $round of seed $seed, $jobs jobs, status $want->{status}: @differ differ";
        if ($ENV{KEEP}) { system("rm -rf '$ENV{KEEP}'; cp -r . '$ENV{KEEP}'") }
        last;
    }
    last if $bad; if ($ENV{KEEP}) { system("rm -rf $ENV{KEEP}; cp -r . $ENV{KEEP}") }
}
print $bad ? "not ok 1 - $bad\n" : "ok 1 - $rounds random sites, seed $seed: reused is evaluated\n";
print $written >= $rounds ? "ok 2 - $written profiles were written\n" : "not ok 2 - only $written profiles were written\n";
print "1..2\n";
exit($bad || $written < $rounds ? 1 : 0);

#!/bin/sh
# Perl components are forks of one Perl: each has its own limits, its own end and its own words, and what one breaks is whole for the next.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/quattor.sh"
. "$WEFT_SRC/t/ncm/node.sh"
unset WEFT_ROOT
lib=$scratch/quattor/usr/lib/perl/NCM/Component
mkdir -p "$scratch/quattor/etc"
# module NAME ['what is done while loading']: what Configure does is on standard input
module() {
    { printf 'package NCM::Component::%s;\nuse strict; use warnings; use LC::Exception; use CAF::FileWriter; use CAF::Process; use parent "NCM::Component";\nour $EC = LC::Exception::Context->new->will_store_all; our $NoActionSupported = 1;\n%s\nsub Configure { my ($self, $config) = @_;\n' "$1" "$2"
      cat
      printf 'return 1;\n}\n1;\n'; } >"$lib/$1.pm"
}
module tells <<'E'
    my @limits = grep { /core file|open files/ } do { open(my $l, '<', '/proc/self/limits'); <$l> };
    my $fh = CAF::FileWriter->new('/tells', log => $self);
    print $fh join("\n", "component $ENV{NCM_COMPONENT}", "group " . (getpgrp() == $$ ? 'own' : 'other'), "umask " . sprintf('%o', umask), map({ join ' ', split } @limits), join(' ', sort keys %ENV), '');
    $fh->close();
    $self->info('a word');
    print "a line of its own\n";
E
module breaks <<'E'
    no warnings 'redefine';
    *CAF::FileWriter::new = sub { die 'broken by another' };
    $CAF::Object::NoAction = 1;
    %INC = (); @INC = ();
    kill 'STOP', getppid() if 0;
    $self->warn('everything is broken now');
E
module dies <<'E'
    die "what it died of\n";
E
module killed <<'E'
    kill 'KILL', $$;
E
module hangs <<'E'
    sleep 100;
E
module leaves 'END { if ($main::run_of_leaves) { open(my $f, ">", "/left"); print $f "END of it\n" } }' <<'E'
    $main::run_of_leaves = 1;
    print "a word\n";
    my $p = CAF::Process->new(['sh', '-c', 'echo $PPID; exit 3'], log => $self);
    my $out = $p->output();
    $self->error("the status of its child is " . ($? >> 8));
E
module wont 'die "not today\n";' </dev/null
module goes 'exit 7;' </dev/null
module after <<'E'
    my $fh = CAF::FileWriter->new('/after', log => $self);
    print $fh "whole\n";
    $fh->close();
E
printf 'profile file:///profile.xml\nworld_readable 1\n' >"$scratch/quattor/etc/ccm.conf"
printf 'include = /usr/lib/perl\nperl = all\nnodeps = 1\n' >"$scratch/quattor/etc/ncm-ncd.conf"
cd "$scratch/quattor"
profile "$(for c in tells breaks dies killed hangs leaves wont goes after; do active $c "$(test $c != hangs || echo '<long name="timeout">1</long>')"; done)"
cd "$scratch"
ncd="$WEFT_OUT/bin/ncd"
world here "$WEFT_OUT/bin/ccm-fetch; $ncd --jobs 3 --configure tells breaks dies killed leaves wont hangs after; cp /var/lib/weft/ncm/last-run.json /first.json
    $ncd --configure goes tells after; cp /var/lib/weft/ncm/last-run.json /second.json; $ncd --configure hangs & sleep 0.5; kill -KILL \$!; sleep 0.3; ps -eo args >/processes" >log 2>&1
component_is() { jq -ce ".components[] | select(.name == \"$2\") | $3" here/$1.json || { jq -c . here/$1.json; false; }; }
ok 'a fork has the environment, the limits, the process group of any component' '
    cat >want <<-"E"
	component tells
	group own
	umask 22
	Max core file size 0 0 bytes
	Max open files 4096 4096 files
	CCM_CACHE_ROOT HOME NCM_CID NCM_COMPONENT NCM_JOURNAL NCM_NOACTION NCM_VERBOSE PATH
	E
    same want here/tells'
ok 'its lines and its changes are heard' 'grep -q "tells: a word" log && grep -q "tells: a line of its own" log && component_is first tells ".changed == [\"/tells\"]"'
ok 'what one breaks is whole for the next' 'component_is first breaks ".warnings == 1" && component_is first after ".status == \"ok\" and .changed == [\"/after\"]" && grep -q "^whole" here/after'
ok 'one that dies, is killed or hangs fails alone, and its cause is told' '
    component_is first dies ".message == \"Configure fails: what it died of\""
    component_is first killed ".message == \"was ended by signal 9\""
    component_is first hangs ".message == \"did not end within 1 s and was killed\""'
ok 'its END blocks are run, and children have their status' 'grep -q "END of" here/left && component_is first leaves ".message == \"the status of its child is 3\""'
ok 'a module that cannot be loaded says why' 'component_is first wont ".errors == 1" && grep -q "not today" log'
ok 'one that ends the Perl it is loaded into fails alone' 'component_is second goes ".errors == 1" && component_is second tells ".status == \"ok\"" && component_is second after ".status == \"ok\""'
ok 'when ncd is killed nothing of it stays' '! grep component-perl here/processes'
done_testing

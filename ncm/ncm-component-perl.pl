#!/usr/bin/perl
# ncm-component-perl - run an unmodified Perl component of Quattor            page: man/ncm-component-perl.8
#
# A component is a class NCM::Component::NAME that uses CAF and CCM. Here it is loaded with the real libraries, and
# their few doors to the outside are watched: what it logs, which files it changes and which services it restarts
# comes out as lines of ncm-component(5).
use strict;
use warnings;
use Getopt::Long qw(GetOptionsFromArray :config no_ignore_case bundling require_order);

my $usage = "usage: ncm-component-perl [-hV] [--include dirs] --module module verb\n";
my %opt = (include => '');
GetOptionsFromArray(\@ARGV, \%opt, 'help|h', 'version|V', 'include|I=s', 'module|m=s') or exit usage();
if ($opt{help}) {
    print $usage, <<'END';

Run a Perl component of Quattor: NCM::Component::MODULE, with the real CAF and CCM.

  -I, --include DIRS  folders of Perl modules between colons; /usr/lib/perl is added
  -m, --module MODULE the component's module
  -h, --help          show this and exit
  -V, --version       show the version of the protocol and exit
END
    exit 0;
}
if ($opt{version}) { print "ncm-component-perl, protocol 1\n"; exit 0 }
my ($verb, $more) = @ARGV;
my $module = $opt{module} // '';
exit usage() if !defined $verb || defined $more || $module !~ /^[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*$/;
sub usage { print STDERR $usage; return 64 }

use vars qw($this_app);
my ($errors, $warnings) = (0, 0);

# ---- lines of the protocol

open(my $lines, '>&', \*STDOUT) or die "cannot keep standard output: $!\n";
$lines->autoflush(1);
STDOUT->autoflush(1);

# Text as JSON: bytes that are no UTF-8 are taken for Latin-1.
sub json_text {
    my ($s) = @_;
    $s = '' unless defined $s;
    utf8::decode($s) unless utf8::is_utf8($s);
    $s =~ s/([\x00-\x1f"\\])/sprintf '\u%04x', ord $1/ge;
    utf8::encode($s);
    return "\"$s\"";
}
sub line {
    my @pairs;
    while (my ($key, $value) = splice @_, 0, 2) { push @pairs, json_text($key) . ':' . json_text($value) }
    print $lines '{', join(',', @pairs), "}\n";
}
sub told { my ($level, $text) = @_; chomp $text; line(level => $level, msg => $text) if $text ne ''; return 1 }
my %told_changed;
sub changed { my ($path) = @_; line(changed => $path) unless $told_changed{$path}++ }

# ---- what the component sees of the program that runs it

package Weft::Options {
    sub new { my ($class, %values) = @_; return bless {%values}, $class }
    sub get { my ($self, $name) = @_; return $self->{$name} }
    sub set { my ($self, $name, $value) = @_; $self->{$name} = $value }
    sub varlist { my ($self, $pattern) = @_; return map { $_ => $self->{$_} } grep { /$pattern/ } keys %$self }
}
package Weft::Log {
    sub text { shift; return CAF::Reporter::_make_message_string(@_) }
    sub report { my $s = shift; main::told(info => $s->text(@_)) }
    sub info { my $s = shift; main::told(info => $s->text(@_)) }
    sub OK { my $s = shift; main::told(info => $s->text(@_)) }
    sub verbose { my $s = shift; main::told(verbose => $s->text(@_)) if $s->is_verbose(verbose_logfile => 1); return 1 }
    sub debug { return 1 }
    sub log { my $s = shift; main::told(verbose => $s->text(@_)) }
    sub syslog { return 1 }
    sub warn { my $s = shift; $warnings++; main::told(warning => $s->text(@_)) }
    sub error { my $s = shift; $errors++; main::told(error => $s->text(@_)) }
    sub is_verbose { my ($s) = @_; return $s->option('verbose') }
    sub is_quiet { return 0 }
    sub get_debuglevel { return 0 }
    sub option { my ($s, $name) = @_; return $s->{CONFIG}->get($name) }
    # A file that was written, or would have been.
    sub event {
        my ($s, $object, %about) = @_;
        my $file = $about{filename};
        $file = *$object->{filename} if !defined $file && ref $object && $object->isa('CAF::FileWriter');
        main::changed("$file") if defined $file && ($about{modified} || ($about{changed} && $about{noaction}));
        return 1;
    }
    sub init_logfile { return 1 }
    sub set_report_logfile { return 1 }
    sub set_report_history { return 1 }
}

# ---- the doors

# Remember the path before it changes: to take a failed run back, and not to forget that its service is still to be
# told when this process is killed (ncm-component(5), ENVIRONMENT).
my %unfinished;
sub about_to_change {
    my ($path) = @_;
    return if main->noaction() || !($ENV{NCM_SAVE_DIR} || $ENV{NCM_JOURNAL}) || $path !~ m{^/};
    system('ncm-file', '--keep', "$path") == 0 or die "ncm-file could not note that '$path' will change\n";
}
sub noaction { return $CAF::Object::NoAction }
# What an earlier run changed and did not come to its end after.
sub read_unfinished {
    my $file = $ENV{NCM_JOURNAL} or return;
    open(my $in, '<', "$file.earlier") or return;
    while (<$in>) { chomp; $unfinished{$_} = 1 }
}

# around('Package::name', sub { my ($original, @args) = @_; ... }): other code that calls it gets the new one.
sub around {
    my ($name, $new) = @_;
    no strict 'refs';
    no warnings qw(redefine prototype);
    my $original = \&$name;
    my $wrapped = sub { return $new->($original, @_) };
    &Scalar::Util::set_prototype($wrapped, prototype $original);
    *$name = $wrapped;
}

# systemctl restart x, service x restart, /etc/init.d/x restart: (action, services); else nothing.
sub service_command {
    my @command = @_;
    return if !@command || grep { ref || !defined } @command;
    @command = split ' ', $command[0] if @command == 1;
    my $program = shift @command;
    my %deferred = map { $_ => 1 } qw(restart reload condrestart try-restart);
    if ($program =~ m{^(?:(?:/usr)?/s?bin/)?systemctl$}) {
        @command = grep { $_ ne '-q' && $_ ne '--quiet' } @command;
        return if grep { /^-/ } @command;
        my $action = shift @command;
        return $deferred{$action // ''} && @command ? ($action, @command) : ();
    }
    return ($command[1], $command[0]) if $program =~ m{^(?:/s?bin/|/usr/s?bin/)?service$} && @command == 2 && $deferred{$command[1]};
    return ($command[0], $1) if $program =~ m{^/etc/(?:rc\.d/)?init\.d/([\w.@-]+)$} && @command == 1 && $deferred{$command[0]};
    return;
}
sub ask_service {
    my ($action, @services) = @_;
    for my $service (@services) {
        (my $name = $service) =~ s/\.service$//;
        line(service => $name, action => $action);
    }
    # In the journal an empty line says: what follows from the paths before it was asked for.
    if (!main::noaction() && -s ($ENV{NCM_JOURNAL} // '') && open(my $out, '>>', $ENV{NCM_JOURNAL})) { print $out "\n" }
    return 1;
}

sub watch_doors {
    my $unchanged_but = sub { my ($result, $path) = @_; return !$result && $unfinished{$path} ? 1 : $result };
    around('CAF::FileWriter::close', sub {
        my ($original, $self) = @_;
        my $open = $self->opened() && *$self->{save};
        my $path = *$self->{filename} . '';
        if ($open && !*$self->{options}->{noaction}) {
            my $before;
            if (open(my $in, '<', $path)) { local $/; $before = <$in> // '' }
            about_to_change($path) if !defined $before || $before ne ${$self->string_ref()} || $unfinished{$path};
        }
        my $result = $original->($self);
        line(manages => $path) if $open && !*$self->{options}->{noaction} && $path !~ m{^/tmp/};
        changed($path) if $open && !$result && $unfinished{$path};
        return $open ? $unchanged_but->($result, $path) : $result;
    });
    # The path is the argument with this number; CHANGED is theirs.
    my %place = (directory => 1, status => 1, cleanup => 1, symlink => 2, hardlink => 2, move => 2);
    while (my ($method, $place) = each %place) {
        around("CAF::Path::$method", sub {
            my ($original, @args) = @_;
            my $path = $args[$place];
            my %opts = @args > $place + 1 && (@args - $place) % 2 ? @args[$place + 1 .. $#args] : ();
            my $tell = defined $path && !$opts{temp};
            about_to_change("$path") if $tell && $method ne 'status';
            about_to_change("$args[1]") if $method eq 'move';
            my $result = $original->(@args);
            changed("$path") if $tell && defined $result && "$result" =~ /^\d+$/ && $result == CAF::Object::CHANGED();
            return $result;
        });
    }
    # What older components use.
    my %old = (file => 0, directory => 0, status => 0, absence => 0, link => 0, symlink => 0);
    for my $name (keys %old) {
        next unless LC::Check->can($name);
        around("LC::Check::$name", sub {
            my ($original, @args) = @_;
            my @paths = ref $args[0] eq 'ARRAY' ? @{$args[0]} : ($args[0]);
            about_to_change($_) for grep { defined && $name ne 'status' } @paths;
            my $result = $original->(@args);
            changed($_) for grep { defined && $result } @paths;
            $result ||= $unfinished{$_ // ''} // $result for $name eq 'file' ? @paths : ();
            return $result;
        });
    }
    # Services are acted on once, after all components. Stop and start are part of what a component does meanwhile.
    for my $action (qw(restart reload condrestart stop_sleep_start)) {
        no strict 'refs';
        no warnings 'redefine';
        *{"CAF::Service::$action"} = sub {
            my ($self) = @_;
            return ask_service($action eq 'stop_sleep_start' ? 'restart' : $action, @{$self->{services}});
        };
    }
    around('CAF::Process::_LC_Process', sub {
        my ($original, $self, $function, @rest) = @_;
        my ($action, @services) = service_command(@{$self->{COMMAND}});
        return $original->($self, $function, @rest) unless defined $action;
        ask_service($action, @services);
        $? = 0;
        return $function =~ /output/ ? '' : 1;
    });
}

# ---- the run

# What code inside a chroot would look for in vain.
sub load_ahead {
    for my $file (qw(CAF/FileWriter.pm CAF/FileEditor.pm CAF/FileReader.pm CAF/Service.pm CAF/Process.pm CAF/TextRender.pm Template.pm
                     Template/Stash/XS.pm Template/Filters.pm Template/Plugins.pm Template/Iterator.pm Template/Provider.pm Template/Parser.pm Template/Grammar.pm
                     Template/Context.pm Template/Service.pm Template/Document.pm Template/Directive.pm JSON/XS.pm YAML/XS.pm
                     Config/Tiny.pm Config/Properties.pm EDG/WP4/CCM/TextRender.pm Text/Diff.pm Data/Dumper.pm POSIX.pm
                     unicore/lib/Perl/_PerlIDS.pl)) {
        eval { require $file };
    }
}

sub context_errors {
    my ($component, $context, $what) = @_;
    return unless ref $context eq 'LC::Exception::Context';
    my $format = $this_app->option('verbose') ? 'format_long' : 'format_short';
    if ($context->error) {
        $component->error("$what: ", $context->error->$format());
        $context->ignore_error();
    }
    if ($context->warnings) {
        $component->warn("$what: ", $_->$format()) for $context->warnings;
        $context->ignore_warnings();
    }
}

# The configuration as the real runner gives it. A component that left the profile is taken back with the newest
# profile that still has it.
sub configuration {
    my ($name, $cid) = @_;
    my $manager = EDG::WP4::CCM::CacheManager->new($ENV{CCM_CACHE_ROOT}) or die "no profile cache in '$ENV{CCM_CACHE_ROOT}'\n";
    my $config = $manager->getLockedConfiguration(undef, $cid);
    return $config if $verb ne 'unconfigure' || $config->elementExists("/software/components/$name");
    my @cids = sort { $b <=> $a } map { /^profile\.(\d+)$/ ? $1 : () } map { s{.*/}{}r } glob("$ENV{CCM_CACHE_ROOT}/profile.*");
    for my $old (@cids) {
        my $before = eval { $manager->getLockedConfiguration(undef, $old) } or next;
        return $before if $before->elementExists("/software/components/$name");
    }
    die "no cached profile has the component '$name' any more\n";
}

sub main {
    # What libraries or their children print while they are loaded is no description.
    if ($verb eq 'describe') { open(STDOUT, '>&', \*STDERR) or die "cannot set standard output: $!\n" }
    unshift @INC, '/usr/lib/perl';
    unshift @INC, grep { $_ ne '' } split /:/, $opt{include};
    my %document = (component => $module);
    if ($verb ne 'describe') {
        require JSON::XS;
        local $/;
        %document = %{JSON::XS::decode_json(<STDIN> // '')};
    }
    my $noaction = $verb eq 'check' || $document{noaction} || $ENV{NCM_NOACTION} ? 1 : 0;
    require CAF::Reporter;
    require CAF::Object;
    @Weft::Log::ISA = ('CAF::Reporter', 'CAF::Object');
    my %options = (noaction => $noaction, verbose => $document{verbose} ? 1 : 0, debug => 0, quiet => 0, multilog => 0, history => 0,
                   logdir => '/var/log/ncm', state => '/var/run/quattor-components', cache_root => $ENV{CCM_CACHE_ROOT});
    $this_app = bless {CONFIG => Weft::Options->new(%options), NAME => 'ncd'}, 'Weft::Log';
    $CAF::Object::NoAction = $noaction;

    my $package = "NCM::Component::$module";
    (my $file = "$package.pm") =~ s{::}{/}g;
    require NCM::Component;
    require LC::Check;
    require CAF::Path;
    require CAF::FileWriter;
    require CAF::Service;
    require CAF::Process;
    require EDG::WP4::CCM::CacheManager;
    require Scalar::Util;
    { no warnings 'once'; $LC::Check::NoAction = $noaction }
    my @while_loading;
    {
        local $SIG{__WARN__} = sub { push @while_loading, $_[0] };
        require $file;
    }
    no strict 'refs';
    my $supported = ${"${package}::NoActionSupported"};
    my $context = ${"${package}::EC"};
    use strict 'refs';
    if ($verb eq 'describe') {
        my $undo = $package->can('Unconfigure');
        my @verbs = ('describe', 'configure', $supported ? 'check' : (), $undo && $undo != \&NCM::Component::Unconfigure ? 'unconfigure' : ());
        print $lines sprintf('{"protocol":1,"name":%s,"verbs":[%s],"noaction":%s,"watch":[]}' . "\n", json_text($module),
                             join(',', map { json_text($_) } @verbs), $supported ? 'true' : 'false');
        return 0;
    }
    my $method = {configure => 'Configure', check => 'Configure', unconfigure => 'Unconfigure'}->{$verb} or return 3;
    $this_app->warn("while loading $package: $_") for @while_loading;
    die "$package has no \$EC of LC::Exception\n" if ref $context ne 'LC::Exception::Context';
    if ($noaction && !$supported) {
        $this_app->info("$package does not support noaction: not run");
        return 0;
    }
    if (my $root = $ENV{NCM_ROOT}) {
        die "a Perl component can only be run below '$root' by root\n" if $>;
        load_ahead();
        chroot($root) && chdir('/') or die "cannot change the root to '$root': $!\n";
        $ENV{CCM_CACHE_ROOT} =~ s/^\Q$root\E//;
        delete @ENV{qw(NCM_SAVE_DIR NCM_JOURNAL)};
    }
    my $config = configuration($document{component}, $document{cid});
    read_unfinished();
    watch_doors();
    my $component = $package->new($document{component}, $this_app);
    die "$package cannot $_\n" for grep { !$component->can($_) } $method, qw(error warn get_errors get_warnings name);
    $SIG{$_} = 'IGNORE' for qw(HUP PIPE ALRM);
    eval { $component->set_active_config($config) if $component->can('set_active_config'); $component->$method($config); 1 }
        or $component->error("$method fails: $@");
    context_errors($component, $context, 'uncaught exception');
    # A file that was never closed is closed when it goes, while somebody still listens.
    undef $component;
    return $errors ? 1 : $warnings ? 2 : 0;
}

my $status = eval { main() };
if (!defined $status) {
    told(error => "$@");
    print STDERR $@ if $verb eq 'describe';
    $status = 1;
}
exit $status;

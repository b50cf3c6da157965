// The contents go to Perl as JSON in which every value says its type, and come to the template as
// objects that know it.
#include "ncm/template.hh"

#include <fmt/core.h>

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft::ncm {

static constexpr const char *folder = "/usr/share/templates/quattor", *below = "metaconfig/";

/// What templates find in the variable CCM are the functions the real one has.
static constexpr const char* program = R"PERL(
use strict; use warnings;
use JSON::PP (); use Template; use Template::Stash; use Template::VMethods;
package EDG::WP4::CCM::TextRender::Scalar;
use overload '""' => sub { $_[0]{VALUE} }, fallback => 1;
my %types = (b => 'BOOLEAN', s => 'STRING', l => 'LONG', d => 'DOUBLE');
sub get_type { $_[0]{TYPE} }
sub get_value { $_[0]{VALUE} }
for my $type (values %types) { no strict 'refs'; *{'is_' . lc $type} = sub { $_[0]{TYPE} eq $type } }
# What the Toolkit can do with a text (match, replace, length ...) works on the value.
for my $name (keys %$Template::VMethods::TEXT_VMETHODS) {
    my $method = $Template::VMethods::TEXT_VMETHODS->{$name};
    no strict 'refs';
    *{$name} = sub { my $self = shift; $method->($self->{VALUE}, @_) } unless defined &$name;
}
package main;
sub typed {
    my $v = shift;
    return [map { typed($_) } @$v] if ref $v eq 'ARRAY';
    return {map { $_ => typed($v->{$_}) } keys %$v} if ref $v eq 'HASH';
    my ($type, $value) = (substr($v, 0, 1), substr($v, 1));
    return $value unless $types{$type};
    return bless {TYPE => $types{$type}, VALUE => $value}, 'EDG::WP4::CCM::TextRender::Scalar';
}
sub scalar_or_ours { !ref $_[0] || ref $_[0] eq 'EDG::WP4::CCM::TextRender::Scalar' }
sub to_key { my $s = "$_[0]"; $s =~ s/(^[0-9]|[^a-zA-Z0-9])/sprintf '_%lx', ord $1/eg; $s eq '' ? '_' : $s }
sub from_key { my $s = "$_[0]"; $s =~ s/_([0-9a-f]{2})/chr hex $1/eg; $s }
my ($include, $file) = @ARGV;
my $contents = typed(JSON::PP->new->utf8->decode(do { local $/; <STDIN> }));
my %ccm = (contents => ref $contents eq 'HASH' ? {%$contents} : $contents, ref => sub { ref $_[0] }, is_scalar => sub { scalar_or_ours($_[0]) ? 1 : 0 },
    is_list => sub { ref $_[0] eq 'ARRAY' ? 1 : 0 }, is_hash => sub { ref $_[0] eq 'HASH' ? 1 : 0 },
    escape => \&to_key, unescape => \&from_key,
    element => {ccm_format => sub { die "CCM.element.ccm_format is not known here\n" }},
    is_in_list => sub { my ($l, $v) = @_; ref $l eq 'ARRAY' && defined $v && scalar_or_ours($v) && (grep { "$_" eq "$v" } @$l) ? 1 : 0 });
$Template::Stash::PRIVATE = undef;
my $tt = Template->new(INCLUDE_PATH => [$include], RECURSION => 1, ENCODING => 'utf8', VARIABLES => {CCM => \%ccm}) or die "$Template::ERROR\n";
my $out = '';
$tt->process($file, ref $contents eq 'HASH' ? $contents : {}, \$out) or do { print STDERR $tt->error, "\n"; exit 3 };
binmode STDOUT, ':encoding(UTF-8)';
print $out;
)PERL";

static std::string file_of(const std::string& module) {
    return below + module + (module.ends_with(".tt") ? "" : ".tt");
}

bool is_template(const Run& run, const std::string& module) {
    if (module.empty() || module[0] == '/' ||
        ("/" + module + "/").find("/../") != std::string::npos)
        return false;
    return run.exists(folder + ("/" + file_of(module)));
}

std::string render_template(Run& run, const std::string& module, const Element& contents) {
    std::string json;
    write_json(contents, json, {.one_line = true, .plain = true});
    ProcessResult r = run.ask({"perl", "-e", program, run.real(folder), file_of(module)}, json);
    if (r.ok())
        return r.out;
    std::string why = r.err.substr(0, r.err.find('\n'));
    if (why.find("Can't locate Template.pm") != std::string::npos)
        throw Error(exit_unavailable,
                    "templates need Perl's Template Toolkit, which is not installed", {},
                    "the package libtemplate-perl or perl-Template-Toolkit");
    throw Error(exit_data, fmt::format("template '{}': {}", module, why));
}

}  // namespace weft::ncm

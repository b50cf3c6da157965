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
use JSON::PP (); use Template; use Template::Stash;
package Weft::Scalar;
use overload '""' => sub { $_[0]{VALUE} }, fallback => 1;
my %types = (b => 'BOOLEAN', s => 'STRING', l => 'LONG', d => 'DOUBLE');
sub get_type { $_[0]{TYPE} }
sub get_value { $_[0]{VALUE} }
sub is_boolean { $_[0]{TYPE} eq 'BOOLEAN' }
sub is_string { $_[0]{TYPE} eq 'STRING' }
sub is_long { $_[0]{TYPE} eq 'LONG' }
sub is_double { $_[0]{TYPE} eq 'DOUBLE' }
package main;
sub typed {
    my $v = shift;
    return [map { typed($_) } @$v] if ref $v eq 'ARRAY';
    return {map { $_ => typed($v->{$_}) } keys %$v} if ref $v eq 'HASH';
    return bless {TYPE => $types{substr $v, 0, 1}, VALUE => substr $v, 1}, 'Weft::Scalar';
}
sub scalar_or_ours { !ref $_[0] || ref $_[0] eq 'Weft::Scalar' }
sub to_key { my $s = "$_[0]"; $s =~ s/(^[0-9]|[^a-zA-Z0-9])/sprintf '_%lx', ord $1/eg; $s eq '' ? '_' : $s }
sub from_key { my $s = "$_[0]"; $s =~ s/_([0-9a-f]{2})/chr hex $1/eg; $s }
my ($include, $file) = @ARGV;
my $contents = typed(JSON::PP->new->utf8->decode(do { local $/; <STDIN> }));
my %ccm = (contents => ref $contents eq 'HASH' ? {%$contents} : $contents, ref => sub { ref $_[0] }, is_scalar => sub { scalar_or_ours($_[0]) ? 1 : 0 },
    is_list => sub { ref $_[0] eq 'ARRAY' ? 1 : 0 }, is_hash => sub { ref $_[0] eq 'HASH' ? 1 : 0 },
    escape => \&to_key, unescape => \&from_key,
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

/// Every property as a text that begins with the letter of its type.
static Element typed(const Element& e) {
    if (e.is(Kind::list)) {
        Element out = Element::new_list();
        for (const Element& i : e.list())
            out.list_ref().push_back(typed(i));
        return out;
    }
    if (e.is(Kind::dict)) {
        Element out = Element::new_dict();
        for (const auto& m : e.dict())
            out.dict_ref().at(m.key) = typed(m.value);
        return out;
    }
    if (e.is(Kind::boolean))
        return Element::of_string(e.boolean() ? "b1" : "b0");
    return Element::of_string((e.is(Kind::long_)     ? "l"
                               : e.is(Kind::double_) ? "d"
                                                     : "s") +
                              property_text(e));
}

std::string render_template(Run& run, const std::string& module, const Element& contents) {
    std::string json;
    write_json(typed(contents), json, {.one_line = true, .plain = true});
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

// Records as bytes. Each begins with its form's number, so that a later form can still read an earlier one.
#include "cdb/records.hh"

#include <fmt/core.h>

#include "base/error.hh"
#include "base/wrap/gzip.hh"

namespace weft::cdb {

static constexpr uint64_t form = 1;

static Decoder open(std::string_view bytes, std::string_view what) {
    Decoder d(bytes, what);
    if (uint64_t f = d.number(); f != form)
        throw Error(exit_io, fmt::format("{} is of form {}, this program knows form {}", what, f, form), {},
                    "the store was written by a newer version");
    return d;
}

std::string Revision::encode() const {
    Encoder e;
    e.number(form).text(author).number(uint64_t(time)).text(comment).number(base).number(reverts);
    e.number(files.size());
    for (auto& f : files) e.text(f.path).text(f.before).text(f.after);
    e.number(profiles.size());
    for (auto& p : profiles) e.text(p.object).text(p.before).text(p.after);
    return e.take();
}

Revision Revision::decode(uint64_t number, std::string_view bytes) {
    Decoder d = open(bytes, "a revision");
    Revision r{.number = number};
    r.author = d.text();
    r.time = int64_t(d.number());
    r.comment = d.text();
    r.base = d.number();
    r.reverts = d.number();
    for (uint64_t n = d.number(); n; n--) {
        FileChange f{.path = d.text()};
        f.before = d.text();
        f.after = d.text();
        r.files.push_back(std::move(f));
    }
    for (uint64_t n = d.number(); n; n--) {
        ProfileChange p{.object = d.text()};
        p.before = d.text();
        p.after = d.text();
        r.profiles.push_back(std::move(p));
    }
    return r;
}

std::string Profile::encode() const {
    return Encoder().number(form).text(xml).text(origins).number(uint64_t(modified)).number(revision).take();
}

Profile Profile::decode(std::string object, std::string_view bytes) {
    Decoder d = open(bytes, "a profile's record");
    Profile p{.object = std::move(object)};
    p.xml = d.text();
    p.origins = d.text();
    p.modified = int64_t(d.number());
    p.revision = d.number();
    return p;
}

std::string node_of(std::string_view object) {
    return std::string(object.substr(object.rfind('/') + 1));
}

std::string Session::encode() const {
    return Encoder().number(form).text(owner).number(base).number(uint64_t(opened)).number(uint64_t(touched)).text(comment).take();
}

Session Session::decode(std::string id, std::string_view bytes) {
    Decoder d = open(bytes, "a session");
    Session s{.id = std::move(id)};
    s.owner = d.text();
    s.base = d.number();
    s.opened = int64_t(d.number());
    s.touched = int64_t(d.number());
    s.comment = d.text();
    return s;
}

std::string Edit::encode() const {
    Encoder e;
    e.number(form).text(base).flag(text.has_value());
    if (text) e.text(gzip(*text, 1));
    return e.take();
}

Edit Edit::decode(std::string path, std::string_view bytes) {
    Decoder d = open(bytes, "an edit");
    Edit e{.path = std::move(path)};
    e.base = d.text();
    if (d.flag()) e.text = gunzip(d.text());
    return e;
}

std::string AuditLine::encode() const {
    return Encoder().number(form).number(uint64_t(time)).text(who).text(action).text(detail).text(before).take();
}

AuditLine AuditLine::decode(uint64_t number, std::string_view bytes) {
    Decoder d = open(bytes, "an audit line");
    AuditLine a{.number = number};
    a.time = int64_t(d.number());
    a.who = d.text();
    a.action = d.text();
    a.detail = d.text();
    a.before = d.text();
    return a;
}

void check_path(std::string_view path) {
    auto wrong = [&](std::string_view why) {
        std::string shown;
        for (char c : path.substr(0, 200)) shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
        return Error(exit_data, fmt::format("'{}' cannot be a path in the database: {}", shown, why));
    };
    if (path.empty()) throw wrong("it is empty");
    if (path.size() > 1000) throw wrong("it is longer than 1000 bytes");
    if (path.front() == '/') throw wrong("it must be relative");
    for (unsigned char c : path)
        if (c < 0x20 || c == 0x7f || c == '\\') throw wrong("it holds a control character or a backslash");
    for (size_t at = 0; at <= path.size();) {
        size_t end = std::min(path.find('/', at), path.size());
        std::string_view step = path.substr(at, end - at);
        if (step.empty() || step == "." || step == "..") throw wrong("it has a step that is empty, '.' or '..'");
        at = end + 1;
    }
}

}  // namespace weft::cdb

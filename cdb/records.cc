// Records as bytes. Each begins with its form's number, so that a later form can still read an
// earlier one.
#include "cdb/records.hh"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>

#include "base/error.hh"
#include "base/wrap/gzip.hh"

namespace weft::cdb {

static constexpr uint64_t form = 1;
static constexpr uint64_t revision_form =
    3;  // 1 had no `by`, `origin`, `recorded`; 2 no `stage`, `target`

static Decoder open(std::string_view bytes, std::string_view what, uint64_t newest = form,
                    uint64_t* found = nullptr) {
    Decoder d(bytes, what);
    uint64_t f = d.number();
    if (found)
        *found = f;
    if (!f || f > newest)
        throw Error(exit_io,
                    fmt::format("{} is of form {}, this program knows form {}", what, f, newest),
                    {}, "the store was written by a newer version");
    return d;
}

std::string Revision::encode() const {
    Encoder e;
    e.number(revision_form)
        .text(author)
        .number(uint64_t(time))
        .text(comment)
        .number(base)
        .number(reverts);
    e.text(by).text(origin).flag(recorded).text(stage).number(target).number(files.size());
    for (auto& f : files)
        e.text(f.path).text(f.before).text(f.after);
    e.number(profiles.size());
    for (auto& p : profiles)
        e.text(p.object).text(p.before).text(p.after);
    return e.take();
}

Revision Revision::decode(uint64_t number, std::string_view bytes) {
    uint64_t found;
    Decoder d = open(bytes, "a revision", revision_form, &found);
    Revision r{.number = number};
    r.author = d.text();
    r.time = int64_t(d.number());
    r.comment = d.text();
    r.base = d.number();
    r.reverts = d.number();
    if (found >= 2) {
        r.by = d.text();
        r.origin = d.text();
        r.recorded = d.flag();
    }
    if (found >= 3) {
        r.stage = d.text();
        r.target = d.number();
    }
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
    return Encoder()
        .number(form)
        .text(xml)
        .text(origins)
        .number(uint64_t(modified))
        .number(revision)
        .take();
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
    return Encoder()
        .number(form)
        .text(owner)
        .number(base)
        .number(uint64_t(opened))
        .number(uint64_t(touched))
        .text(comment)
        .take();
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

std::string Tag::encode() const {
    return Encoder()
        .number(form)
        .number(revision)
        .text(author)
        .number(uint64_t(time))
        .text(comment)
        .take();
}

Tag Tag::decode(std::string name, std::string_view bytes) {
    Decoder d = open(bytes, "a tag");
    Tag t{.name = std::move(name), .revision = d.number()};
    t.author = d.text();
    t.time = int64_t(d.number());
    t.comment = d.text();
    return t;
}

bool Stage::has(std::string_view node) const {
    return std::any_of(nodes.begin(), nodes.end(), [&](auto& p) {
        return fnmatch(p.c_str(), std::string(node).c_str(), 0) == 0;
    });
}

std::string Stage::encode() const {
    Encoder e;
    e.number(form)
        .number(revision)
        .number(target)
        .number(promoted)
        .number(uint64_t(started))
        .number(uint64_t(deadline))
        .text(stopped);
    for (auto* list : {&nodes, &canary}) {
        e.number(list->size());
        for (auto& n : *list)
            e.text(n);
    }
    return e.take();
}

Stage Stage::decode(std::string name, std::string_view bytes) {
    Decoder d = open(bytes, "a stage");
    Stage s{.name = std::move(name), .nodes = {}, .revision = d.number()};
    s.target = d.number();
    s.promoted = d.number();
    s.started = int64_t(d.number());
    s.deadline = int64_t(d.number());
    s.stopped = d.text();
    for (auto* list : {&s.nodes, &s.canary})
        for (uint64_t n = d.number(); n; n--)
            list->push_back(d.text());
    return s;
}

std::string PathLock::encode() const {
    return Encoder()
        .number(form)
        .text(owner)
        .text(reason)
        .number(uint64_t(time))
        .number(uint64_t(expires))
        .take();
}

PathLock PathLock::decode(std::string path, std::string_view bytes) {
    Decoder d = open(bytes, "a lock");
    PathLock l{.path = std::move(path), .owner = d.text()};
    l.reason = d.text();
    l.time = int64_t(d.number());
    l.expires = int64_t(d.number());
    return l;
}

std::string Edit::encode() const {
    Encoder e;
    e.number(form).text(base).flag(text.has_value());
    if (text)
        e.text(gzip(*text, 1));
    return e.take();
}

Edit Edit::decode(std::string path, std::string_view bytes) {
    Decoder d = open(bytes, "an edit");
    Edit e{.path = std::move(path)};
    e.base = d.text();
    if (d.flag())
        e.text = gunzip(d.text());
    return e;
}

std::string AuditLine::encode() const {
    return Encoder()
        .number(form)
        .number(uint64_t(time))
        .text(who)
        .text(action)
        .text(detail)
        .text(before)
        .take();
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

/// Would the step of a path be git's own folder where somebody exports it? Whatever the case; on
/// Windows also with dots, blanks or a stream behind it and as GIT~1; on a Mac also with the
/// characters in between that it leaves out. What is in that folder is executed.
static bool is_git_folder(std::string_view step) {
    static constexpr std::string_view left_out[] = {
        "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
        "\u202e", "\u206a", "\u206b", "\u206c", "\u206d", "\u206e", "\u206f", "\ufeff"};
    std::string plain;
    for (size_t i = 0; i < step.size();) {
        size_t skip = 0;
        for (auto c : left_out)
            if (step.substr(i).starts_with(c))
                skip = c.size();
        if (!skip)
            plain += char(step[i] >= 'A' && step[i] <= 'Z' ? step[i] + 32 : step[i]);
        i += std::max<size_t>(skip, 1);
    }
    plain = plain.substr(0, plain.find(':'));
    while (plain.ends_with('.') || plain.ends_with(' '))
        plain.pop_back();
    return plain == ".git" ||
           (plain.starts_with("git~") && plain.size() == 5 && plain[4] >= '0' && plain[4] <= '9');
}

void check_path(std::string_view path) {
    auto wrong = [&](std::string_view why) {
        std::string shown;
        for (char c : path.substr(0, 200))
            shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
        return Error(exit_data,
                     fmt::format("'{}' cannot be a path in the database: {}", shown, why));
    };
    if (path.empty())
        throw wrong("it is empty");
    if (path.size() > 1000)
        throw wrong("it is longer than 1000 bytes");
    if (path.front() == '/')
        throw wrong("it must be relative");
    for (unsigned char c : path)
        if (c < 0x20 || c == 0x7f || c == '\\')
            throw wrong("it holds a control character or a backslash");
    for (size_t at = 0; at <= path.size();) {
        size_t end = std::min(path.find('/', at), path.size());
        std::string_view step = path.substr(at, end - at);
        if (step.empty() || step == "." || step == "..")
            throw wrong("it has a step that is empty, '.' or '..'");
        if (is_git_folder(step))
            throw wrong(
                fmt::format("'{}' is git's own folder, on some systems in this spelling", step));
        at = end + 1;
    }
}

}  // namespace weft::cdb

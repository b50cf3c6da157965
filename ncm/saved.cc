// A journal of JSON lines beside numbered copies; a line is written after its copy is whole.
#include "ncm/saved.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"

namespace weft::ncm {

namespace fs = std::filesystem;

namespace {

struct Kept {
    std::string path, kind;  ///< kind: file, link, folder, nothing
    std::string copy;        ///< name of the copy, or where the link leads
    mode_t mode = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    time_t mtime = 0;
};

std::vector<Kept> journal(const std::string& dir) {
    std::vector<Kept> out;
    auto text = read_if_exists(dir + "/journal");
    if (!text)
        return out;
    for (std::string_view line : lines(*text)) {
        Element e;
        try {
            e = parse_json(line, dir + "/journal");
        } catch (const Error&) {
            continue;  // the last line of a run that was killed: its file was not changed yet
        }
        auto word = [&](const char* key) {
            const Element* v = e.find(Term(Key(key)));
            return v && v->is(Kind::string) ? std::string(v->string()) : "";
        };
        auto number = [&](const char* key) {
            const Element* v = e.find(Term(Key(key)));
            return v && v->is(Kind::long_) ? v->long_value() : 0;
        };
        out.push_back({word("path"), word("kind"), word("copy"), mode_t(number("mode")),
                       uid_t(number("uid")), gid_t(number("gid")), time_t(number("mtime"))});
    }
    return out;
}

std::string line_of(const Kept& k) {
    Element e = Element::new_dict();
    auto put = [&](const char* key, Element v) {
        e.dict_ref().at(Key(key)) = std::move(v);
    };
    put("path", Element::of_string(k.path));
    put("kind", Element::of_string(k.kind));
    put("copy", Element::of_string(k.copy));
    put("mode", Element::of_long(k.mode));
    put("uid", Element::of_long(k.uid));
    put("gid", Element::of_long(k.gid));
    put("mtime", Element::of_long(k.mtime));
    std::string out;
    write_json(e, out, {.one_line = true});
    return out + '\n';
}

/// On disk when it returns.
void append(const std::string& file, const std::string& text) {
    Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!fd || ::write(fd.get(), text.data(), text.size()) != ssize_t(text.size()) ||
        fsync(fd.get()))
        throw system_error("cannot write '" + file + "'");
}

/// Anything at the path; a folder only when it is empty.
void take_away(const std::string& path) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR)
        return;
    if (errno == EISDIR && ::rmdir(path.c_str()) == 0)
        return;
    throw system_error("cannot remove '" + path + "'");
}

/// False: it was as it should be.
bool restore(const std::string& dir, const Kept& k) {
    struct stat st {};
    bool there = lstat(k.path.c_str(), &st) == 0;
    if (k.kind == "nothing") {
        if (there)
            take_away(k.path);
        return there;
    }
    if (k.kind == "link") {
        std::error_code ec;
        if (there && S_ISLNK(st.st_mode) && fs::read_symlink(k.path, ec) == k.copy)
            return false;
        std::string tmp = k.path + ".weft-back";
        ::unlink(tmp.c_str());
        if (::symlink(k.copy.c_str(), tmp.c_str()) || ::rename(tmp.c_str(), k.path.c_str()))
            throw system_error("cannot put the link '" + k.path + "' back");
        return true;
    }
    if (k.kind == "folder") {
        if (!there)
            make_dirs(k.path, k.mode);
        bool differs =
            !there || (st.st_mode & 07777) != k.mode || st.st_uid != k.uid || st.st_gid != k.gid;
        if (differs && ((geteuid() == 0 && lchown(k.path.c_str(), k.uid, k.gid)) ||
                        chmod(k.path.c_str(), k.mode)))
            throw system_error("cannot put mode and owner of '" + k.path + "' back");
        return differs;
    }
    if (there && !S_ISREG(st.st_mode))
        take_away(k.path);
    FileAttributes a;
    a.mode = k.mode;
    if (geteuid() == 0) {
        a.owner = k.uid;
        a.group = k.gid;
    }
    a.mtime = k.mtime;
    return write_file(k.path, read_file(dir + '/' + k.copy), a) != Change::none;
}

}  // namespace

void keep_before_change(const std::string& dir, const std::string& path) {
    auto kept = journal(dir);
    for (const Kept& k : kept)
        if (k.path == path)
            return;
    Kept k;
    k.path = path;
    struct stat st {};
    if (lstat(path.c_str(), &st)) {
        if (errno != ENOENT && errno != ENOTDIR)
            throw system_error("cannot examine '" + path + "'");
        k.kind = "nothing";
    } else {
        k.mode = st.st_mode & 07777;
        k.uid = st.st_uid;
        k.gid = st.st_gid;
        k.mtime = st.st_mtime;
        if (S_ISLNK(st.st_mode)) {
            k.kind = "link";
            k.copy = fs::read_symlink(path).string();
        } else if (S_ISDIR(st.st_mode))
            k.kind = "folder";
        else if (S_ISREG(st.st_mode)) {
            k.kind = "file";
            k.copy = std::to_string(kept.size());
            write_file(dir + '/' + k.copy, read_file(path), {.mode = 0600});
        } else {
            return;  // a device or a socket is not ours to bring back
        }
    }
    append(dir + "/journal", line_of(k));
}

std::vector<std::string> put_back(const std::string& dir, std::vector<std::string>& failures) {
    std::vector<std::string> paths;
    auto kept = journal(dir);
    size_t failed_before = failures.size();
    for (auto k = kept.rbegin(); k != kept.rend(); ++k)
        try {
            if (restore(dir, *k))
                paths.push_back(k->path);
        } catch (const Error& e) {
            failures.push_back(e.message);
        }
    if (failures.size() == failed_before)
        forget_kept(dir);
    return paths;
}

void forget_kept(const std::string& dir) {
    ::unlink((dir + "/journal").c_str());  // first: without it the copies mean nothing
    std::error_code ec;
    fs::remove_all(dir, ec);
}

static std::string earlier_file(const std::string& file) { return file + ".earlier"; }

/// A line of nothing: what was asked for follows from the paths before it.
constexpr std::string_view asked_line = "\n";

/// What was noted, and how much of it (in bytes) is followed by what it needs.
static std::pair<std::string, size_t> noted_in(const std::string& file) {
    std::string text = '\n' + read_if_exists(file).value_or("");
    size_t last = text.rfind("\n\n");
    return {text.substr(1), last == std::string::npos ? 0 : last + 1};
}

void note_change(const std::string& file, const std::string& path) {
    auto [text, done] = noted_in(file);
    std::string line = path + '\n', open = '\n' + text.substr(done);
    if (open.find('\n' + line) == std::string::npos)
        append(file, line);
}

void note_asked(const std::string& file) {
    auto [text, done] = noted_in(file);
    if (done < text.size())
        append(file, std::string(asked_line));
}

static std::set<std::string> paths_of(std::string_view text) {
    std::set<std::string> paths;
    for (std::string_view line : lines(text))
        if (!line.empty())
            paths.emplace(line);
    return paths;
}

void begin_journal(const std::string& file) {
    std::string noted;
    for (const std::string& path : paths_of(read_if_exists(file).value_or("")))
        noted += path + '\n';
    if (!noted.empty())
        append(earlier_file(file), noted);
    ::unlink(file.c_str());
}

std::set<std::string> earlier_changes(const std::string& file) {
    return paths_of(read_if_exists(earlier_file(file)).value_or(""));
}

void settle_journal(const std::string& file) {
    auto [text, done] = noted_in(file);
    std::set<std::string> left = earlier_changes(file);
    for (const std::string& path : paths_of(std::string_view(text).substr(0, done)))
        left.erase(path);
    left.merge(paths_of(std::string_view(text).substr(done)));
    std::string list;
    for (const std::string& path : left)
        list += path + '\n';
    if (list.empty())
        return end_journal(file);
    write_file(earlier_file(file), list, {.mode = 0600});
    ::unlink(file.c_str());
}

void end_journal(const std::string& file) {
    ::unlink(file.c_str());
    ::unlink(earlier_file(file).c_str());
}

}  // namespace weft::ncm

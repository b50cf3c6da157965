// Lines that are records, and lines that are not.
#include "ncm/userdb.hh"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hh"
#include "ncm/rooted.hh"

namespace weft::ncm {

static bool is_record(std::string_view line) {
    return !line.empty() && line[0] != '+' && line[0] != '-' && line[0] != '#' && line[0] != ':' &&
           line.find(':') != std::string_view::npos;
}

UserFile::UserFile(std::string_view text, size_t fields) : fields_(fields) {
    for (std::string_view line : lines(text)) {
        Line l;
        if (is_record(line)) {
            for (size_t at = 0; at <= line.size();) {
                size_t end = std::min(line.find(':', at), line.size());
                l.record.emplace_back(line.substr(at, end - at));
                at = end + 1;
            }
            l.record.resize(std::max(fields, l.record.size()));
        } else {
            l.raw = line;
        }
        lines_.push_back(std::move(l));
        if (auto last = std::prev(lines_.end()); !last->record.empty())
            by_name_.emplace(last->record[0], last);
    }
}

UserFile::Record* UserFile::find(std::string_view name) {
    auto it = by_name_.find(name);
    return it == by_name_.end() ? nullptr : &it->second->record;
}

UserFile::Record& UserFile::at(const std::string& name) {
    if (Record* r = find(name))
        return *r;
    auto nis = std::find_if(lines_.begin(), lines_.end(), [](const Line& l) {
        return l.raw.starts_with('+') || l.raw.starts_with('-');
    });
    Record fresh(fields_);
    fresh[0] = name;
    auto put = lines_.insert(nis, {std::move(fresh), {}});
    by_name_.emplace(name, put);
    return put->record;
}

void UserFile::erase(std::string_view name) {
    if (auto it = by_name_.find(name); it != by_name_.end())
        by_name_.erase(it);
    std::erase_if(lines_, [&](const Line& l) { return !l.record.empty() && l.record[0] == name; });
}

std::vector<UserFile::Record*> UserFile::records() {
    std::vector<Record*> all;
    for (Line& l : lines_)
        if (!l.record.empty())
            all.push_back(&l.record);
    return all;
}

std::string UserFile::text() const {
    std::string out;
    for (const Line& l : lines_)
        out += (l.record.empty() ? l.raw : join(l.record, ":")) + "\n";
    return out;
}

std::optional<UserEntry> find_user(Run& run, const std::string& name) {
    UserFile passwd(run.read("/etc/passwd").value_or(""), 7);
    if (auto* r = passwd.find(name)) {
        auto uid = user_number("", (*r)[2]), gid = user_number("", (*r)[3]);
        if (uid && gid)
            return UserEntry{*uid, *gid, (*r)[5]};
    }
    if (run.rooted())
        return std::nullopt;
    if (struct passwd* p = getpwnam(name.c_str()))
        return UserEntry{p->pw_uid, p->pw_gid, p->pw_dir};
    return std::nullopt;
}

UserLock::UserLock(const Run& run) {
    if (run.noaction())
        return;
    fd_ = Fd(::open(run.real("/etc/.pwd.lock").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!fd_)
        throw system_error("cannot open '/etc/.pwd.lock'");
    struct flock whole {};
    whole.l_type = F_WRLCK;
    for (int tries = 0; ::fcntl(fd_.get(), F_SETLK, &whole); tries++) {
        if (errno != EACCES && errno != EAGAIN && errno != EINTR)
            throw system_error("cannot lock '/etc/.pwd.lock'");
        if (tries == 150)
            throw Error(exit_try_later, "somebody else has the files of the users locked", {},
                        "who: fuser /etc/.pwd.lock");
        usleep(100'000);
    }
}

}  // namespace weft::ncm

// The patience of cdp-listend.
#include "ncm/listend.hh"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <functional>

#include "base/error.hh"
#include "base/wrap/digest.hh"

namespace weft::ncm {

double monotonic() {
    struct timespec t {};
    clock_gettime(CLOCK_BOOTTIME, &t);  // goes on while the machine sleeps
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

std::optional<Notification> parse_notification(std::string_view d) {
    if (d.ends_with('\n'))
        d.remove_suffix(1);
    auto digit = [](char c) {
        return c >= '0' && c <= '9';
    };
    auto word = [&](char c) {
        return digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
    };
    size_t end = d.size();
    while (end && digit(d[end - 1]))
        end--;
    if (end == d.size() || end < 2 || d.size() - end > 19)
        return std::nullopt;  // no digits, no room for type and separator
    std::string_view type = d.substr(0, end - 1);
    if (type.size() > 16)
        return std::nullopt;
    for (char c : type)
        if (!word(c))
            return std::nullopt;
    return Notification{std::string(type), std::string(d.substr(end))};
}

static bool equal_in_constant_time(std::string_view a, std::string_view b) {
    unsigned differs = a.size() != b.size();
    for (size_t i = 0; i < std::min(a.size(), b.size()); i++)
        differs |= unsigned(a[i] ^ b[i]);
    return !differs;
}

std::optional<Notification> Proof::judge(std::string_view d, double now, std::string& why) {
    // Not a word of it is believed before the mac is right.
    size_t last = d.rfind('\0');
    if (d.size() > 512 || last == std::string_view::npos ||
        !equal_in_constant_time(d.substr(last + 1), hmac_sha256_hex(key_, d.substr(0, last + 1)))) {
        why = "its proof is wrong";
        return std::nullopt;
    }
    std::vector<std::string> words;
    for (std::string_view rest = d.substr(0, last); !rest.empty();) {
        size_t end = std::min(rest.find('\0'), rest.size());
        words.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (words.size() != 4 || words[3].size() < 8) {
        why = "it has not the words of version 2";
        return std::nullopt;
    }
    double said = std::strtod(words[2].c_str(), nullptr);
    if (std::abs(said - now) > window_) {
        why = "its time is not ours";
        return std::nullopt;
    }
    std::erase_if(seen_, [&](auto& s) { return std::abs(s.second - now) > window_; });
    if (!seen_.emplace(words[3], said).second) {
        why = "it was said before";
        return std::nullopt;
    }
    return Notification{"ccm", words[2]};
}

bool SourceLimit::allows(const std::string& address, double now) {
    if (burst_ <= 0)
        return true;
    if (buckets_.size() >= 4096)
        buckets_.clear();  // a flood of addresses: the minimum interval holds all the same
    auto [it, fresh] = buckets_.try_emplace(address, Bucket{burst_, now});
    Bucket& b = it->second;
    b.tokens = std::min(burst_, b.tokens + (now - b.when) * rate_);
    b.when = now;
    if (b.tokens < 1)
        return false;
    b.tokens -= 1;
    return true;
}

Job::Job(Loop& l, const Log& log, JobRules r, std::string hostname,
         std::map<std::string, std::string> env)
    : loop_(l),
      log_(log),
      rules_(std::move(r)),
      hostname_(std::move(hostname)),
      env_(std::move(env)),
      dice_(std::random_device{}()) {}

double Job::random(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(dice_);
}

double Job::rest_of_interval() const {
    return std::max(0.0, last_start_ + rules_.min_interval - monotonic());
}

void Job::due_in(double seconds) {
    due_ = loop_.after(seconds, [this] { start(); });
}

void Job::notified(const std::string& seconds) {
    seconds_ = seconds;
    if (child_.running()) {
        again_ = true;
        return;
    }
    if (due_.pending())
        return;
    double part = rules_.fixed_smear ? double(std::hash<std::string>{}(hostname_) % 1000000) / 1e6
                                     : random(0, 1);
    due_in(std::max(rest_of_interval(), rules_.offset + rules_.smear * part));
}

void Job::now() {
    if (child_.running())
        again_ = true;
    else if (double wait = rest_of_interval(); wait > 0)
        due_in(wait);
    else
        start();
}

void Job::start() {
    if (on_stopped_ || child_.running())
        return;
    due_.cancel();
    poll_.cancel();
    again_ = false;
    last_start_ = monotonic();
    std::vector<std::string> argv = rules_.program;
    if (!seconds_.empty())
        argv.push_back("--profile-time=" + seconds_);
    seconds_.clear();
    ProcessOptions o;
    o.timeout = rules_.time_limit;
    o.output_limit = 1 << 16;
    o.merge = true;
    o.env = env_;
    o.on_line = [this](std::string_view line) {
        log_.info("{}", line);
    };
    try {
        child_ = loop_.child(argv, o, [this](const ProcessResult& r) { ended(r); });
    } catch (const Error& e) {
        log_.error("{}", e.message);
        ProcessResult none;
        ended(none);
    }
}

void Job::ended(const ProcessResult& r) {
    if (on_stopped_) {
        auto done = std::exchange(on_stopped_, nullptr);
        return done();
    }
    if (r.ok()) {
        failures_ = 0;
    } else {
        failures_++;
        log_.warning("'{}' {}", rules_.program[0],
                     r.timed_out ? "took too long" : fmt::format("ended with status {}", r.status));
    }
    if (again_)
        return now();
    double wait = rules_.poll;
    if (failures_ && rules_.retry_first > 0) {
        double patience = rules_.retry_first * double(1u << std::min(failures_ - 1, 20));
        wait = wait > 0 ? std::min(wait, patience) : std::min(3600.0, patience);
    }
    if (wait <= 0)
        return;
    poll_ = loop_.after(std::max(wait * random(0.9, 1.1), rest_of_interval()), [this] { start(); });
}

void Job::stop(std::function<void()> done) {
    due_.cancel();
    poll_.cancel();
    if (!child_.running())
        return done();
    on_stopped_ = std::move(done);
}

}  // namespace weft::ncm

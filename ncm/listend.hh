// Notifications turned into fetches: never more often than allowed, never two at once, none
// forgotten.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hh"
#include "base/loop.hh"

namespace weft::ncm {

/// A notification: its type ("ccm": your profile changed, "cdb": the database changed) and time
/// stamp.
struct Notification {
    std::string type;
    std::string seconds;
};
/// Word characters, any one character, digits; a final line end is dropped. Nothing for anything
/// else.
std::optional<Notification> parse_notification(std::string_view datagram);

/// Judges datagrams of version 2 (man/cdp.5): who speaks, when, and that it is not said twice.
class Proof {
public:
    ///   key      shared with the database
    ///   window   seconds its time may differ from ours
    Proof(std::string key, double window) : key_(std::move(key)), window_(window) {}
    /// The notification, or in `why` what is wrong with it. `now` is seconds since the epoch.
    std::optional<Notification> judge(std::string_view datagram, double now, std::string& why);
    /// Does it say that it is one?
    static bool claims(std::string_view datagram) {
        return datagram.starts_with(std::string_view("ccm2\0", 5));
    }

private:
    std::string key_;
    double window_;
    std::map<std::string, double> seen_;  ///< nonces, and when they were said
};

/// When to run, and how patiently.
struct JobRules {
    std::vector<std::string> program;  ///< and options it is always given
    double offset = 0,
           smear = 0;          ///< delay after a notification: uniform in [offset, offset + smear)
    bool fixed_smear = false;  ///< always the same point of it, by the host's name
    double min_interval = 1;   ///< between two starts, whoever asks
    double poll = 3600;        ///< run after this long anyway, give or take a tenth; 0: never
    double retry_first = 30;   ///< after a failure, doubled each time up to `poll`
    double time_limit = 900;   ///< of one run
};

/// One program that is run when notified. Coalesces: while a run is due or under way further
/// notifications lead to at most one more.
class Job {
public:
    Job(Loop&, const Log&, JobRules, std::string hostname, std::map<std::string, std::string> env);
    void notified(const std::string& seconds);
    /// As soon as the minimum interval allows: at start, after a resume.
    void now();
    void stop(std::function<void()> done);
    bool running() const { return child_.running(); }

private:
    void due_in(double seconds);
    void start();
    void ended(const ProcessResult&);
    double rest_of_interval() const;
    double random(double low, double high);

    Loop& loop_;
    const Log& log_;
    JobRules rules_;
    std::string hostname_;
    std::map<std::string, std::string> env_;
    std::mt19937 dice_;
    Timer due_, poll_;
    Child child_;
    bool again_ = false;
    std::string seconds_;
    double last_start_ = -1e18;
    int failures_ = 0;
    std::function<void()> on_stopped_;
};

/// How many notifications each source may send: a bucket of `burst`, filled at `rate` a second.
class SourceLimit {
public:
    SourceLimit(double rate, double burst) : rate_(rate), burst_(burst) {}
    bool allows(const std::string& address, double now);

private:
    struct Bucket {
        double tokens, when;
    };
    double rate_, burst_;
    std::map<std::string, Bucket> buckets_;
};

/// Seconds of a clock that only goes forward.
double monotonic();

}  // namespace weft::ncm

// Tells nodes that their profile changed: paced, and again until they have fetched it. Belongs to
// the loop's thread.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hh"
#include "base/loop.hh"
#include "cdb/records.hh"

namespace weft::cdb {

struct NotifyOptions {
    bool on = true;
    Endpoint source;  ///< where our datagrams come from
    uint16_t port = 7777;
    double rate = 200;  ///< datagrams a second
    int tries = 3;
    double retry = 30;     ///< seconds between the tries for one node
    std::string map_file;  ///< lines: name address[:port] [v2]
    std::string key;       ///< for version 2 datagrams
};

class Notifier {
public:
    /// What was done, for the store: (object, revision) that need not be told any more.
    using Told = std::vector<std::pair<std::string, uint64_t>>;

    Notifier(Loop&, const Log&, NotifyOptions);
    ~Notifier();
    Notifier(const Notifier&) = delete;

    void add(const std::vector<Pending>&);
    /// The node has its profile of that revision.
    void fetched(const std::string& node, uint64_t revision);
    /// It has none any more.
    void forget(const std::string& node);
    Told take_told() { return std::move(told_); }
    /// Read the map file again.
    void reload(NotifyOptions);

    struct Counters {
        uint64_t sent = 0, repeated = 0, failed = 0, given_up = 0, unknown = 0;
    };
    const Counters& counters() const { return counters_; }
    size_t waiting() const { return nodes_.size(); }

private:
    struct Entry {
        Pending pending;
        int tries = 0, sent = 0;
        double next = 0;  ///< when it is due again; 0: in the queue
    };
    struct Address {
        Endpoint to;
        bool v2 = false;
        double until = 0;  ///< 0: for good
    };
    void pump();
    void look_for_due();
    void send(const std::string& node, Entry&, const Address&);
    void resolve(const std::string& node);
    void resolved(const std::string& node, const std::string& address);
    void given_up(const std::string& node);
    static double now();

    Loop& loop_;
    const Log& log_;
    NotifyOptions options_;
    Udp socket_;
    std::map<std::string, Entry> nodes_;
    std::deque<std::string> queue_;
    std::map<std::string, Address> addresses_;
    double tokens_ = 0, filled_ = 0;
    Timer pump_, due_;
    Told told_;
    Counters counters_;
    struct Resolver;
    std::shared_ptr<Resolver> resolver_;
};

/// The map file's lines; Error(78) with file and line.
std::map<std::string, std::pair<Endpoint, bool>> parse_notify_map(std::string_view text,
                                                                  const std::string& file,
                                                                  uint16_t port);

}  // namespace weft::cdb

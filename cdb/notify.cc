// A queue, a token bucket and one socket.
#include "cdb/notify.hh"

#include <fmt/core.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/datagram.hh"

namespace weft::cdb {

double Notifier::now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::map<std::string, std::pair<Endpoint, bool>> parse_notify_map(std::string_view text,
                                                                  const std::string& file,
                                                                  uint16_t port) {
    std::map<std::string, std::pair<Endpoint, bool>> map;
    int number = 0;
    for (std::string_view line : lines(text)) {
        number++;
        std::vector<std::string> words;
        for (size_t i = 0; i < line.size() && line[i] != '#';) {
            size_t end = std::min(line.find_first_of(" \t\r#", i), line.size());
            if (end > i)
                words.emplace_back(line.substr(i, end - i));
            i = end < line.size() && line[end] == '#' ? end : end + 1;
        }
        if (words.empty())
            continue;
        auto wrong = [&](std::string message, std::string hint) {
            Error e(exit_config, std::move(message), {file, number, 1, number, int(line.size())},
                    std::move(hint));
            e.line = line;
            return e;
        };
        if (words.size() < 2 || words.size() > 3 || (words.size() == 3 && words[2] != "v2"))
            throw wrong("not a node and its address", "lxb001.example.org 192.0.2.17:7777");
        try {
            map[words[0]] = {Endpoint::parse(words[1], port), words.size() == 3};
        } catch (const Error& e) {
            throw wrong(e.message, "a numeric address, with a port or without");
        }
    }
    return map;
}

/// Names become addresses on threads of their own: a name server that does not answer keeps
/// getaddrinfo waiting for many seconds, and nothing else may wait with it, not even our end. So
/// nobody joins them.
struct Notifier::Resolver {
    std::mutex lock;
    std::condition_variable wake;
    std::deque<std::string> names;
    bool started = false, ended = false;
    std::function<void(std::string name, std::string address)>
        answer;  // called under the lock; "" for unknown

    static std::string look_up(const std::string& name) {
        addrinfo hints{}, *found = nullptr;
        hints.ai_socktype = SOCK_DGRAM;
        char host[NI_MAXHOST] = "";
        if (getaddrinfo(name.c_str(), nullptr, &hints, &found) == 0 && found)
            if (getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof host, nullptr, 0,
                            NI_NUMERICHOST))
                host[0] = 0;
        if (found)
            freeaddrinfo(found);
        return host;
    }

    static void start(const std::shared_ptr<Resolver>& self) {
        std::thread([self] {
            std::unique_lock hold(self->lock);
            for (;;) {
                self->wake.wait(hold, [&] { return self->ended || !self->names.empty(); });
                if (self->ended)
                    return;
                std::string name = std::move(self->names.front());
                self->names.pop_front();
                hold.unlock();
                std::string address = look_up(name);
                hold.lock();
                if (self->ended)
                    return;
                self->answer(std::move(name), std::move(address));
            }
        }).detach();
    }
};

Notifier::~Notifier() {
    {
        std::lock_guard hold(resolver_->lock);
        resolver_->ended = true;
    }
    resolver_->wake.notify_all();
}

Notifier::Notifier(Loop& loop, const Log& log, NotifyOptions options)
    : loop_(loop), log_(log), resolver_(std::make_shared<Resolver>()) {
    resolver_->answer = [this](std::string name, std::string address) {
        loop_.post([this, self = std::weak_ptr(resolver_), name = std::move(name),
                    address = std::move(address)] {
            if (!self.expired() && !self.lock()->ended)
                resolved(name, address);
        });
    };
    if (options.on)
        socket_ = loop_.udp(options.source, [](const Endpoint&, std::string_view) {});
    reload(std::move(options));
    filled_ = now();
    if (options_.on)
        due_ = loop_.every(std::min(1.0, options_.retry), [this] { look_for_due(); });
}

void Notifier::reload(NotifyOptions options) {
    std::map<std::string, Address> addresses;
    if (!options.map_file.empty())
        for (auto& [node, to] :
             parse_notify_map(read_file(options.map_file), options.map_file, options.port))
            addresses[node] = {to.first, to.second, 0};
    addresses_ = std::move(addresses);
    options_ = std::move(options);
    tokens_ = std::max(1.0, options_.rate / 10);
}

void Notifier::add(const std::vector<Pending>& all) {
    for (auto& p : all) {
        std::string node = node_of(p.object);
        if (!options_.on) {
            told_.emplace_back(p.object, p.revision);
            continue;
        }
        Entry& e = nodes_[node];
        bool queued = e.pending.revision && e.next == 0;
        e = {.pending = p};
        if (!queued)
            queue_.push_back(node);
    }
    if (!pump_.pending())
        pump();
}

void Notifier::fetched(const std::string& node, uint64_t revision) {
    auto it = nodes_.find(node);
    if (it == nodes_.end() || it->second.pending.revision > revision)
        return;
    told_.emplace_back(it->second.pending.object, it->second.pending.revision);
    nodes_.erase(it);
}

void Notifier::forget(const std::string& node) { nodes_.erase(node); }

void Notifier::pump() {
    double at = now(), most = std::max(1.0, options_.rate / 10);
    tokens_ = std::min(most, tokens_ + (at - filled_) * options_.rate);
    filled_ = at;
    while (!queue_.empty() && tokens_ >= 1) {
        std::string node = std::move(queue_.front());
        queue_.pop_front();
        auto it = nodes_.find(node);
        if (it == nodes_.end())
            continue;
        tokens_ -= 1;
        auto to = addresses_.find(node);
        if (to == addresses_.end() || (to->second.until && to->second.until < at))
            resolve(node);
        else
            send(node, it->second, to->second);
    }
    if (!queue_.empty())
        pump_ = loop_.after(std::max(0.001, (1 - tokens_) / options_.rate), [this] { pump(); });
}

void Notifier::send(const std::string& node, Entry& e, const Address& to) {
    uint64_t nonce = 0;
    if (getentropy(&nonce, sizeof nonce))
        throw system_error("no random bytes for a notification");
    std::string bytes = to.v2 && !options_.key.empty()
                            ? signed_datagram(e.pending.revision, time(nullptr),
                                              fmt::format("{:016x}", nonce), options_.key)
                            : datagram(e.pending.modified);
    bool ok = socket_.send_to(to.to, bytes);
    (ok ? counters_.sent : counters_.failed)++;
    if (ok && e.sent++)
        counters_.repeated++;
    log_.debug("notify {} at {}: revision {}{}", node, to.to.text(), e.pending.revision,
               ok ? "" : ", not sent");
    e.tries++;
    e.next = now() + options_.retry;
}

void Notifier::look_for_due() {
    double at = now();
    std::erase_if(addresses_, [&](auto& a) { return a.second.until && a.second.until < at; });
    std::vector<std::string> over;
    for (auto& [node, e] : nodes_) {
        if (e.next == 0 || e.next > at)
            continue;
        if (e.tries >= options_.tries)
            over.push_back(node);
        else {
            e.next = 0;
            queue_.push_back(node);
        }
    }
    for (auto& node : over)
        given_up(node);
    if (!queue_.empty() && !pump_.pending())
        pump();
}

/// It will poll; we have done what we could.
void Notifier::given_up(const std::string& node) {
    auto it = nodes_.find(node);
    if (it == nodes_.end())
        return;
    counters_.given_up++;
    const Entry& e = it->second;
    if (e.sent)
        log_.warning("node {} was told {} times of revision {} and did not fetch it", node, e.sent,
                     e.pending.revision);
    else
        log_.warning("node {} was not told of revision {}: its address is not known", node,
                     e.pending.revision);
    told_.emplace_back(it->second.pending.object, it->second.pending.revision);
    nodes_.erase(it);
}

void Notifier::resolve(const std::string& node) {
    nodes_[node].next = now() + options_.retry;  // asked again then, should the answer never come
    bool first = false;
    {
        std::lock_guard hold(resolver_->lock);
        first = !std::exchange(resolver_->started, true);
        if (std::find(resolver_->names.begin(), resolver_->names.end(), node) ==
            resolver_->names.end())
            resolver_->names.push_back(node);
    }
    if (first)
        for (int i = 0; i < 4; i++)
            Resolver::start(resolver_);
    resolver_->wake.notify_one();
}

void Notifier::resolved(const std::string& node, const std::string& address) {
    auto it = nodes_.find(node);
    if (it == nodes_.end())
        return;
    if (address.empty()) {  // counted as a try: the name may come to be known
        counters_.unknown++;
        log_.debug("notify {}: no address is known", node);
        it->second.tries++;
        return;
    }
    send(node, it->second, addresses_[node] = {{address, options_.port}, false, now() + 600});
}

}  // namespace weft::cdb

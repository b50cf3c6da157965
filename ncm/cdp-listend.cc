// cdp-listend - hear that the profile changed, and fetch it                 page: man/cdp-listend.8
#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "base/daemon.hh"
#include "base/file.hh"
#include "ncm/listend.hh"
#include "ncm/settings.hh"
using namespace weft;

namespace {

const std::vector<ncm::Setting> table = {
    {"port", "7777", ncm::Setting::number, "N", "where notifications arrive (7777)"},
    {"address", "", ncm::Setting::text, "IP", "listen on this address only; default: all"},
    {"allow", "", ncm::Setting::text, "IPS",
     "accept notifications from these only; default: from all"},
    {"notify_key", "", ncm::Setting::path, "FILE",
     "the database's key: accept notifications with proof"},
    {"notify_window", "600", ncm::Setting::number, "SECONDS",
     "their time may differ from ours by this (600)"},
    {"unsigned", "", ncm::Setting::flag, nullptr,
     "accept notifications without proof; default: only without a key"},
    {"fetch", "", ncm::Setting::text, "PROGRAM",
     "run when the profile changed; default: ccm-fetch beside us"},
    {"nch", "/usr/sbin/cdbsync-nch", ncm::Setting::text, "PROGRAM",
     "run when the database changed"},
    {"fetch_offset", "0", ncm::Setting::number, "SECONDS",
     "wait at least this long before a fetch (0)"},
    {"fetch_smear", "300", ncm::Setting::number, "SECONDS", "and up to this much longer (300)"},
    {"nch_smear", "0", ncm::Setting::number, "SECONDS", "the same for nch (0)"},
    {"smear", "random", ncm::Setting::text, "HOW",
     "random, or host: by the host's name, always the same"},
    {"min_interval", "1", ncm::Setting::number, "SECONDS",
     "between two fetches, whatever arrives (1)"},
    {"source_rate", "1", ncm::Setting::number, "N", "notifications a second from one source (1)"},
    {"source_burst", "10", ncm::Setting::number, "N", "at once; 0: no limit (10)"},
    {"poll", "3600", ncm::Setting::number, "SECONDS",
     "fetch anyway after this time; 0: never (3600)"},
    {"poll_retry", "30", ncm::Setting::number, "SECONDS",
     "after a failed fetch, doubled each time (30)"},
    {"fetch_at_start", "1", ncm::Setting::flag, nullptr, "run both programs once at start"},
    {"hostname", "", ncm::Setting::text, "NAME", "for the smear by name; default: the system's"},
    {"facility", "daemon", ncm::Setting::text, "NAME", "accepted and not used"},
    {"nofork", "1", ncm::Setting::flag, nullptr, "accepted; see --detach"},
};

ncm::Settings read_settings(const Args& args) {
    std::string file = args.get("config");
    if (file.empty() && access(args.rooted("/etc/cdp-listend.conf").c_str(), F_OK) == 0)
        file = args.rooted("/etc/cdp-listend.conf");
    ncm::Settings s(table, args, file, ncm::Settings::Grammar::equations);
    if (s.number("port") > 65535)
        throw Error(exit_config, fmt::format("there is no port {}", s.number("port")));
    if (s.get("smear") != "random" && s.get("smear") != "host")
        throw Error(exit_config,
                    fmt::format("'smear' is random or host, not '{}'", s.get("smear")));
    if (s.get("unsigned").empty())
        s.set("unsigned", s.get("notify_key").empty() ? "1" : "0");
    if (!s.flag("unsigned") && s.get("notify_key").empty())
        throw Error(exit_config,
                    "nothing would be accepted: 'unsigned' is off and there is no 'notify_key'");
    if (s.get("hostname").empty()) {
        char name[256] = "";
        gethostname(name, sizeof name - 1);
        s.set("hostname", name);
    }
    return s;
}

/// The file without its last line end; Error(78) for a key that can be guessed.
std::string read_key(const std::string& file) {
    std::string key = read_file(file, 4096);
    if (key.ends_with('\n'))
        key.pop_back();
    if (key.size() < 16)
        throw Error(exit_config, fmt::format("the key in '{}' is shorter than 16 bytes", file));
    return key;
}

/// What lives between start and stop.
struct Listener {
    std::optional<ncm::Settings> settings;
    std::optional<ncm::Job> fetch, nch;
    std::optional<ncm::SourceLimit> limit;
    std::optional<ncm::Proof> proof;
    bool without_proof = true;
    std::vector<std::string> allow;
    Udp socket;
    unsigned long refused = 0;

    void heard(const Log& log, const Endpoint& from, std::string_view bytes) {
        std::string address = from.address;
        if (address.starts_with("::ffff:"))
            address.erase(0, 7);
        bool allowed =
            allow.empty() || std::find(allow.begin(), allow.end(), address) != allow.end();
        std::string why;
        std::optional<ncm::Notification> n;
        if (!allowed)
            why = "not an allowed source";
        else if (ncm::Proof::claims(bytes) && proof)
            n = proof->judge(bytes, double(::time(nullptr)), why);
        // After the proof: whoever sends junk in our server's name must not use up what the server
        // may send.
        else if (!limit->allows(address, ncm::monotonic()))
            why = "too many";
        else if (ncm::Proof::claims(bytes))
            why = "no notify_key to judge it by";
        else if (!without_proof)
            why = "it has no proof";
        else if (n = bytes.size() <= 1024 ? ncm::parse_notification(bytes) : std::nullopt; !n)
            why = "no notification";
        else if (n->type != "ccm" && n->type != "cdb")
            why = "unknown type";
        if (!why.empty()) {
            // The first is told, then each power of two: a flood must not fill the log.
            if (refused++; (refused & (refused - 1)) == 0)
                log.warning("ignored a datagram of {} bytes from {} ({} so far): {}", bytes.size(),
                            from.text(), refused, why);
            return;
        }
        log.debug("{} {} from {}", n->type, n->seconds, from.text());
        if (n->type == "ccm")
            fetch->notified(n->seconds);
        else if (nch)
            nch->notified(n->seconds);
    }
};

}  // namespace

int main(int argc, char** argv) {
    auto state = std::make_shared<Listener>();
    Daemon d{
        .name = "cdp-listend",
        .usage = "cdp-listend [-dnv] [-f file] [--root dir] [--pidfile file] [--setting value]",
        .about =
            "Hear that the node's profile changed, and fetch it; ask for it from time to time "
            "anyway.",
        .options = ncm::options_of(table)};
    d.config_file = "/etc/cdp-listend.conf";
    d.stop_seconds = 5;
    d.on_check = [](const Args& args, const Config&) {
        read_settings(args);
    };
    d.on_start = [state](Service& s) {
        state->settings = read_settings(s.args);
        const ncm::Settings& c = *state->settings;
        std::map<std::string, std::string> env;
        if (!s.args.root().empty())
            env["WEFT_ROOT"] = s.args.root();
        ncm::JobRules r;
        r.program = {c.get("fetch")};
        // Ours tries each server once: the patience is here, where a notification can cut it short.
        if (c.get("fetch").empty())
            r.program = {
                (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "ccm-fetch")
                    .string(),
                "--retrieve_retries", "1"};
        r.offset = c.seconds("fetch_offset");
        r.smear = c.seconds("fetch_smear");
        r.fixed_smear = c.get("smear") == "host";
        r.min_interval = c.seconds("min_interval");
        r.poll = c.seconds("poll");
        r.retry_first = c.seconds("poll_retry");
        state->fetch.emplace(s.loop, s.log, r, c.get("hostname"), env);
        if (access(c.get("nch").c_str(), X_OK) == 0) {
            r.program = {c.get("nch")};
            r.offset = 0;
            r.smear = c.seconds("nch_smear");
            r.poll = 0;
            r.retry_first = 0;
            state->nch.emplace(s.loop, s.log, r, c.get("hostname"), env);
        }
        state->limit.emplace(c.seconds("source_rate"), c.seconds("source_burst"));
        state->allow = c.list("allow");
        state->without_proof = c.flag("unsigned");
        if (!c.get("notify_key").empty())
            state->proof.emplace(read_key(c.get("notify_key")), c.seconds("notify_window"));
        state->socket =
            s.loop.udp({c.get("address"), uint16_t(c.number("port"))},
                       [state, &log = s.log](const Endpoint& from, std::string_view bytes) {
                           state->heard(log, from, bytes);
                       });
        s.log.info("listening on {}", state->socket.local().text());
        if (!c.flag("fetch_at_start"))
            return;
        state->fetch->now();
        if (state->nch)
            state->nch->now();
    };
    d.on_usr1 = [state](Service&) {
        state->fetch->now();
    };
    d.on_stop = [state](Service&, std::function<void()> done) {
        auto nch_too = [state, done] {
            state->nch ? state->nch->stop(done) : done();
        };
        state->fetch->stop(nch_too);
    };
    return serve(d, argc, argv);
}

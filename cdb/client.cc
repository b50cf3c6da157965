// One HTTPS connection to cdbd and what its answers mean for a command.
#include "cdb/client.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <random>

#include "base/config.hh"
#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/url.hh"
#include "cdb/json.hh"
#include "cdb/terminal.hh"

namespace weft::cdb {

static std::string home() {
    const char* h = std::getenv("HOME");
    return h && *h ? h : "/";
}

static Config read_settings(const Args& args) {
    static const std::vector<Setting> table = {
        {"server", Setting::text, "https://localhost:8443", "where cdbd answers"},
        {"certificate", Setting::path, "/etc/weft/pki/admin.crt", "of the person"},
        {"key", Setting::path, "/etc/weft/pki/admin.key", "of the person"},
        {"ca", Setting::path, "/etc/weft/pki/ca.crt", "who signed the server's certificate"},
        {"timeout", Setting::seconds, "10m", "the longest a request may take"},
    };
    if (args.has("config"))
        return Config::read(args.get("config"), table);
    std::string own = home() + "/.weft/cdb.conf";
    if (access(own.c_str(), R_OK) == 0)
        return Config::read(own, table);
    return Config::read(args.rooted("/etc/weft/cdb.conf"), table, true);
}

static HttpOptions http_options(const Args& args, const Config& c) {
    auto path = [&](const char* option, const char* setting) {
        return args.has(option)   ? args.get(option)
               : c.given(setting) ? c.get(setting)
                                  : args.rooted(c.get(setting));
    };
    return {.cert = path("cert", "certificate"),
            .key = path("key", "key"),
            .ca_file = path("ca", "ca"),
            .ca_dir = {},
            .timeout = c.seconds("timeout"),
            .limit = size_t(1) << 30,
            .user_agent = "weft-cdb"};
}

Client::Client(const Args& args) : session_file_(home() + "/.weft/session") {
    Config c = read_settings(args);
    options_ = http_options(args, c);
    http_ = HttpClient(options_);
    server_ = args.get("server", c.get("server"));
    while (server_.ends_with('/'))
        server_.pop_back();
    session_ = args.get("session");
    if (session_.empty()) {
        session_ = read_if_exists(session_file_, 256).value_or("");
        while (session_.ends_with('\n'))
            session_.pop_back();
    }
}

std::string Client::need_session() const {
    if (session_.empty())
        throw Error(exit_usage, "no session is open", {}, "'cdb open' begins one");
    return session_;
}

void Client::remember_session(const std::string& id) {
    session_ = id;
    if (id.empty()) {
        ::unlink(session_file_.c_str());
        return;
    }
    make_dirs(session_file_.substr(0, session_file_.rfind('/')), 0700);
    write_file(session_file_, id + "\n", {.mode = 0600});
}

HttpAnswer Client::send(const std::string& method, const std::string& resource,
                        const std::string& body, const HttpHeaders& more) {
    HttpHeaders headers{{"Content-Type", "application/json"}};
    headers.insert(headers.end(), more.begin(), more.end());
    HttpAnswer r = http_.request(method, server_ + "/api/v1/" + resource, body, headers);
    if (!r.status)
        throw Error(r.retry ? exit_unavailable : exit_config, r.error, {},
                    !r.hint.empty() || !r.retry ? r.hint : "is cdbd running there?");
    revision_ = strtoull(std::string(r.header("x-weft-revision")).c_str(), nullptr, 10);
    last_ = std::move(r.body);
    return r;
}

/// What the server said instead of an answer.
static Error refusal(int status, const std::string& body, const std::string& resource) {
    int code = status == 403 || status == 401 ? exit_denied
               : status == 503                ? exit_try_later
               : status >= 500                ? exit_io
                                              : exit_data;
    if (status == 404)
        code = exit_no;
    if (status == 409)
        code = resource == "locks" ? exit_try_later : exit_no;  // a lock ends by itself
    try {
        Element e = parse_json(body, "the answer");
        return Error(code, text_at(e, "error"), {}, text_at(e, "hint"));
    } catch (const Error&) {
        return Error(code, fmt::format("the server answered {} for '{}'", status, resource));
    }
}

Element Client::request(const std::string& method, const std::string& resource,
                        const std::string& body) {
    HttpAnswer r = send(method, resource, body);
    if (!r.ok())
        throw refusal(r.status, last_, resource);
    return parse_json(last_, "the answer");
}

Element Client::get(const std::string& resource) { return request("GET", resource); }
Element Client::post(const std::string& resource, const std::string& body) {
    return request("POST", resource, body);
}

std::string Client::text(const std::string& resource) {
    HttpAnswer r = send("GET", resource, {});
    if (!r.ok())
        throw refusal(r.status, last_, resource);
    return last_;
}

Element Client::judged(const std::string& resource, const std::string& body, int* status) {
    // By this name another connection asks how far it is.
    std::string name = random_key();
    Progress progress(
        resource.ends_with("check") ? "checking" : "compiling",
        [this, name, http = std::make_shared<HttpClient>(options_)] {
            HttpAnswer r =
                http->request("GET", server_ + "/api/v1/commits?request=" + name, {}, {});
            if (!r.ok())
                return std::string();
            for (const Element& w : list_at(parse_json(r.body, "the answer"), "commits").list())
                return fmt::format("{} of {} objects, ", number_at(w, "compiled"),
                                   number_at(w, "objects"));
            return std::string();
        });
    for (int tries = 0;; tries++) {
        try {
            HttpAnswer r = send("POST", resource, body, {{"X-Weft-Request", name}});
            if (status)
                *status = r.status;
            if (!r.ok() && r.status != 409 && r.status != 422)
                throw refusal(r.status, last_, resource);
            Element answer = parse_json(last_, "the answer");
            if (text_at(answer, "state").empty())
                throw refusal(r.status, last_, resource);
            return answer;
        } catch (const Error& e) {
            // The body carries a key: should the first one have arrived after all, we hear what it
            // did.
            if (e.status != exit_unavailable || tries == 2)
                throw;
            sleep(1);
        }
    }
}

std::string random_key() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
}

// ---- reading answers

std::string text_at(const Element& e, std::string_view key) { return harmless(bytes_at(e, key)); }

std::string bytes_at(const Element& e, std::string_view key) {
    const Element* v = e.find(Term(Key(key)));
    return v && v->is(Kind::string) ? std::string(v->string()) : std::string();
}

int64_t number_at(const Element& e, std::string_view key) {
    const Element* v = e.find(Term(Key(key)));
    return v && v->is(Kind::long_) ? v->long_value() : 0;
}

const Element& list_at(const Element& e, std::string_view key) {
    static const Element none = Element::new_list();
    const Element* v = e.find(Term(Key(key)));
    return v && v->is(Kind::list) ? *v : none;
}

std::string local_time(int64_t seconds) {
    time_t t = seconds;
    struct tm tm {};
    localtime_r(&t, &tm);
    char buf[32];
    strftime(buf, sizeof buf, "%Y-%m-%d %H:%M:%S", &tm);
    return buf;
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<size_t> width;
    std::vector<std::vector<std::string>> clean;
    for (auto& r : rows) {
        auto& row = clean.emplace_back();
        for (size_t i = 0; i < r.size(); i++) {
            row.push_back(harmless(r[i], true));
            if (width.size() <= i)
                width.push_back(0);
            width[i] = std::max(width[i], row[i].size());
        }
    }
    for (auto& r : clean) {
        std::string line;
        for (size_t i = 0; i < r.size(); i++)
            line += i + 1 < r.size() ? fmt::format("{:<{}}  ", r[i], width[i]) : r[i];
        while (line.ends_with(' '))
            line.pop_back();
        fmt::print("{}\n", line);
    }
}

bool raw(const Args& a, const Client& c) {
    if (a.has("json"))
        fmt::print("{}", c.last());
    return a.has("json");
}

std::vector<std::string> load_path_dirs(const Args& a) {
    std::vector<std::string> dirs = a.all("include");
    if (!a.has("include-path"))
        return dirs;
    std::string text = read_file(a.get("include-path"), 1 << 20);
    for (std::string_view line : lines(text))
        if (line.find_first_not_of(" \t\r") != std::string_view::npos && line[0] != '#')
            dirs.emplace_back(line);
    return dirs;
}

std::string json_text(std::string_view s) { return Json().value(s).text(); }

std::string session_url(const Client& c, std::string_view rest) {
    return "sessions/" + percent_encode(c.need_session()) +
           (rest.empty() ? "" : "/" + std::string(rest));
}

void open_session(Client& c, const std::string& comment) {
    c.remember_session(
        text_at(c.post("sessions", "{\"comment\":" + json_text(comment) + "}"), "session"));
}

std::string path_url(std::string_view path) {
    std::string s;
    for (size_t at = 0; at <= path.size();) {
        size_t end = std::min(path.find('/', at), path.size());
        s += (at ? "/" : "") + percent_encode(path.substr(at, end - at));
        at = end + 1;
    }
    return s;
}

std::string one_word(const Args& a, const char* what) {
    if (a.rest().size() != 1)
        throw Error(exit_usage, fmt::format("which {}?", what), {},
                    fmt::format("'{} -h' tells how", a.program()));
    return a.rest()[0];
}

static std::string joined(const Element& list, size_t most = 12) {
    std::string s;
    size_t n = 0;
    for (const Element& e : list.list()) {
        if (n == most)
            return s + fmt::format(" and {} more", list.size() - most);
        s += (n++ ? " " : "") + harmless(e.string(), true);
    }
    return s;
}

static std::string shown(const Element* e) {
    std::string s;
    if (!e || !e->is_defined())
        return s;
    write_json(*e, s, {.ascii_only = false, .one_line = true});
    while (s.ends_with('\n'))
        s.pop_back();
    return harmless(s, true);
}

void print_effects(const Element& o) {
    for (const Element& e : list_at(o, "effects").list()) {
        const Element& nodes = list_at(e, "nodes");
        fmt::print("{} on {}: {}\n", paint(Paint::bold, text_at(e, "kind")),
                   nodes.size() == 1 ? "1 node" : fmt::format("{} nodes", nodes.size()),
                   joined(nodes));
        for (const Element& v : list_at(e, "values").list()) {
            const Element *before = v.find(Term(Key("before"))),
                          *after = v.find(Term(Key("after")));
            bool had = before && before->is_defined(), has = after && after->is_defined();
            if (had && has)
                fmt::print("  {} {}  {} -> {}\n", paint(Paint::yellow, "~"), text_at(v, "path"),
                           paint(Paint::red, shown(before)), paint(Paint::green, shown(after)));
            else
                fmt::print("  {}\n",
                           paint(has ? Paint::green : Paint::red,
                                 fmt::format("{} {}  {}", has ? '+' : '-', text_at(v, "path"),
                                             shown(has ? after : before))));
        }
        if (int64_t more = number_at(e, "more"))
            fmt::print("  ... {} more\n", more);
        const Element& components = list_at(e, "components");
        if (text_at(e, "kind") != "withdrawn")
            fmt::print("  components that run: {}\n",
                       components.size() ? joined(components, 100) : "none");
    }
}

int print_outcome(const Element& o, bool check) {
    std::string state = text_at(o, "state");
    std::fflush(stdout);
    for (const Element& n : list_at(o, "notes").list())
        fmt::print(stderr, "note: {}\n", harmless(n.string()));
    size_t files = list_at(o, "files").size();
    auto count = [](size_t n, const char* what) {
        return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
    };
    if (state == "refused") {
        for (const Element& d : list_at(o, "errors").list()) {
            fmt::print(stderr, "{}", text_at(d, "text"));
            if (const Element& objects = list_at(d, "objects"); objects.size())
                fmt::print(stderr, "  in {}: {}\n", count(objects.size(), "object"),
                           joined(objects));
        }
        throw Error(exit_data,
                    fmt::format("{}: {}, {} not compile",
                                check ? "the commit would be refused"
                                      : "the commit is refused, nothing was published",
                                count(list_at(o, "errors").size(), "error"),
                                list_at(o, "failing").size() == 1
                                    ? "1 object does"
                                    : count(list_at(o, "failing").size(), "object") + " do"));
    }
    if (state == "conflict") {
        for (const Element& c : list_at(o, "conflicts").list())
            fmt::print(stderr, "conflict: '{}' was changed in revision {} by {}\n",
                       text_at(c, "path"), number_at(c, "revision"), text_at(c, "author"));
        throw Error(exit_no,
                    fmt::format("{} changed by others since",
                                count(list_at(o, "conflicts").size(), "file")),
                    {},
                    "'cdb diff REVISION' shows what they did; 'cdb update' brings a folder in "
                    "step, a session is opened anew");
    }
    if (state == "locked") {
        for (const Element& l : list_at(o, "locks").list())
            fmt::print(stderr, "locked: '{}' by {} until {}: {}\n", text_at(l, "path"),
                       text_at(l, "owner"), local_time(number_at(l, "expires")),
                       text_at(l, "reason"));
        throw Error(exit_try_later, "files it changes are locked by others", {},
                    "ask them, wait, or take the lock away with 'cdb unlock --force PATH'");
    }
    double seconds = 0;
    if (const Element* s = o.find(Term(Key("seconds"))))
        seconds = s->is(Kind::double_) ? s->double_value() : double(s->long_value());
    if (state == "unchanged") {
        fmt::print("nothing to commit: the database has all of it in revision {}\n",
                   number_at(o, "revision"));
        return exit_no;
    }
    if (state == "repeated") {
        fmt::print("revision {}: committed before\n", number_at(o, "revision"));
        return exit_ok;
    }
    if (check) {
        print_effects(o);
        fmt::print("check against revision {}: {}, {} compiled, {} would change, {:.2f} s\n",
                   number_at(o, "revision"), count(files, "file"),
                   count(size_t(number_at(o, "compiled")), "object"),
                   count(size_t(number_at(o, "changed")), "profile"), seconds);
        return exit_ok;
    }
    fmt::print("revision {}: {}, {} compiled, {} changed, {:.2f} s\n", number_at(o, "revision"),
               count(files, "file"), count(size_t(number_at(o, "compiled")), "object"),
               count(size_t(number_at(o, "changed")), "profile"), seconds);
    if (const Element& nodes = list_at(o, "nodes"); nodes.size())
        fmt::print("nodes: {}\n", joined(nodes, 40));
    return exit_ok;
}

}  // namespace weft::cdb

// Children are not trusted: their time, memory, descriptors and words are limited.
#include "ncm/runner.hh"

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/process.hh"
#include "ncm/perl_host.hh"

namespace weft::ncm {

static constexpr size_t most_lines = 10000;  ///< of one component; more is counted, not kept
static constexpr size_t most_facts =
    100000;  ///< changes, files and services it tells of; more is an error

bool Described::has(std::string_view verb) const {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

static std::vector<std::string> texts(const Element* list) {
    std::vector<std::string> out;
    if (list && list->is(Kind::list))
        for (const Element& e : list->list())
            if (e.is(Kind::string))
                out.emplace_back(e.string());
    return out;
}

static Described described(const Element& e) {
    const Element *version = e.find(Term(Key("protocol"))),
                  *noaction = e.find(Term(Key("noaction")));
    if (!version || !version->is(Kind::long_) || version->long_value() != 1)
        throw Error(exit_data, "it does not speak protocol 1");
    Described d;
    d.verbs = texts(e.find(Term(Key("verbs"))));
    d.watch = texts(e.find(Term(Key("watch"))));
    d.noaction = noaction && noaction->is(Kind::boolean) && noaction->boolean();
    return d;
}

/// Another program under the same name has another one of these.
static std::string identity(const std::string& program) {
    struct stat st {};
    if (stat(program.c_str(), &st))
        return {};
    return fmt::format("{}:{}:{}:{}.{}", st.st_dev, st.st_ino, st.st_size, st.st_mtim.tv_sec,
                       st.st_mtim.tv_nsec);
}

static constexpr std::string_view perl_base = "/NCM/Component/";

Programs::Programs(ComponentPlaces places, std::string memory, bool noaction)
    : places_(std::move(places)), memory_(std::move(memory)), noaction_(noaction) {}

std::optional<std::string> Programs::find_perl(const std::string& file) const {
    for (const std::string& dir : places_.perl_dirs) {
        std::string path = dir + std::string(perl_base) + file + ".pm";
        if (::access(path.c_str(), R_OK) == 0)
            return path;
    }
    return std::nullopt;
}

std::optional<std::string> Programs::find(const std::string& module) const {
    std::string file = module;
    for (size_t at; (at = file.find("::")) != std::string::npos;)
        file.replace(at, 2, "/");
    if (file.empty() || file[0] == '/' || file.find("..") != std::string::npos)
        return std::nullopt;
    for (const std::string& name : places_.perl_preferred)
        if (name == "all" || name == module)
            if (auto path = find_perl(file))
                return path;
    for (const std::string& dir : places_.dirs) {
        std::string path = dir + '/' + file;
        struct stat st {};
        if (stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) &&
            ::access(path.c_str(), X_OK) == 0)
            return path;
        if (path += ".so"; ::access(path.c_str(), R_OK) == 0)
            return path;
    }
    return find_perl(file);
}

/// "a::b" of .../NCM/Component/a/b.pm; empty for what is no Perl module.
std::string Programs::perl_module(const std::string& program) const {
    size_t at = program.rfind(perl_base);
    if (!program.ends_with(".pm") || at == std::string::npos)
        return {};
    std::string module =
        program.substr(at + perl_base.size(), program.size() - at - perl_base.size() - 3);
    for (size_t slash; (slash = module.find('/')) != std::string::npos;)
        module.replace(slash, 1, "::");
    return module;
}

std::vector<std::string> Programs::perl_adaptor() const {
    std::string include;
    for (const std::string& dir : places_.perl_dirs)
        include += (include.empty() ? "" : ":") + dir;
    return {places_.perl_adaptor, "--include", include};
}

std::vector<std::string> Programs::command(const std::string& program) const {
    if (program.ends_with(".so"))
        return {places_.so_adaptor, program};
    std::string module = perl_module(program);
    if (module.empty())
        return {program};
    std::vector<std::string> words = perl_adaptor();
    words.insert(words.end(), {"--module", module});
    return words;
}

PerlHost& Programs::perl_host() {
    if (!perl_host_) {
        std::vector<std::string> words = perl_adaptor();
        words.push_back("--serve");
        perl_host_ = std::make_unique<PerlHost>(words, noaction_);
    }
    return *perl_host_;
}

std::function<std::optional<Spawned>(const ProcessOptions&)> Programs::fork(
    const std::string& program, const std::string& verb) {
    std::string module = perl_module(program);
    if (module.empty())
        return {};
    return [this, module, verb](const ProcessOptions& o) {
        return perl_host().start(module, verb, o);
    };
}

void Programs::rest() { perl_host_.reset(); }

const Described& Programs::describe(const std::string& program) {
    if (!std::exchange(loaded_, true) && !memory_.empty())
        try {
            std::string text = read_if_exists(memory_, 16 << 20).value_or("");
            for (std::string_view line : lines(text)) {  // identity, tab, program, tab, JSON
                size_t a = line.find('\t'), b = line.find('\t', a + 1);
                if (b == std::string_view::npos)
                    continue;
                known_[std::string(line.substr(a + 1, b - a - 1))] = {
                    std::string(line.substr(0, a)),
                    described(parse_json(line.substr(b + 1), memory_))};
            }
        } catch (const Error&) {
            known_.clear();  // a memory, not a truth: ask again
        }
    std::string id = identity(program);
    auto it = known_.find(program);
    if (it != known_.end() && it->second.first == id)
        return it->second.second;

    if (std::string module = perl_module(program); !module.empty())
        if (auto line = perl_host().describe(module)) {
            changed_ = true;
            return (known_[program] = {id, described(parse_json(*line, program))}).second;
        }
    ProcessOptions o;
    o.timeout = 20;
    o.output_limit = 1 << 20;
    o.clean_env = true;
    o.die_with_parent = true;
    std::vector<std::string> argv = command(program);
    argv.push_back("describe");
    ProcessResult r = run_process(argv, o);
    Described d;
    try {
        if (!r.ok())
            throw Error(exit_data,
                        fmt::format("exit status {}{}{}", r.status, r.err.empty() ? "" : ": ",
                                    r.err.substr(0, r.err.find('\n'))));
        d = described(parse_json(r.out, program));
    } catch (const Error& e) {
        throw Error(exit_data,
                    fmt::format("'{} describe' gave no useful answer: {}", program, e.message));
    }
    changed_ = true;
    return (known_[program] = {id, std::move(d)}).second;
}

Programs::~Programs() {
    if (!changed_ || memory_.empty())
        return;
    std::string text;
    auto list = [](const std::vector<std::string>& words) {
        Element l = Element::new_list();
        for (const std::string& w : words)
            l.list_ref().push_back(Element::of_string(w));
        return l;
    };
    try {
        for (auto& [program, known] : known_) {
            if (identity(program) != known.first)
                continue;
            Element e = Element::new_dict();
            e.dict_ref().at(Key("protocol")) = Element::of_long(1);
            e.dict_ref().at(Key("verbs")) = list(known.second.verbs);
            e.dict_ref().at(Key("watch")) = list(known.second.watch);
            e.dict_ref().at(Key("noaction")) = Element::of_boolean(known.second.noaction);
            text += known.first + '\t' + program + '\t';
            write_json(e, text, {.one_line = true});
            text += '\n';
        }
        write_file(memory_, text, {.sync = false});
    } catch (const std::exception&) {
        // it will be asked again
    }
}

namespace {

/// Takes a component's lines apart.
class Words {
public:
    Words(Outcome& o, const Listener& to) : outcome_(o), to_(to) {}

    void line(std::string_view text) {
        if (text.size() > 8192)
            text = text.substr(0, 8192);
        // Of a flood, the lines that something depends on are still taken.
        if (is_fact(text) ? ++facts_ > most_facts : ++lines_ > most_lines)
            return;
        if (!text.starts_with('{'))
            return to_.say(Level::info, text);
        try {
            understood(parse_json(text, "its output"));
        } catch (const Error&) {
            to_.say(Level::info, text);
        }
    }
    void error_line(std::string_view text) {
        if (++lines_ <= most_lines)
            to_.say(Level::debug, text.substr(0, 8192));
    }
    void done() {
        if (lines_ > most_lines)
            warn(fmt::format("{} more lines were dropped", lines_ - most_lines));
        if (facts_ > most_facts)
            fail(fmt::format("{} changes and services more than {} were dropped",
                             facts_ - most_facts, most_facts));
    }
    void fail(const std::string& text) {
        outcome_.errors++;
        if (outcome_.message.empty())
            outcome_.message = text;
        to_.say(Level::error, text);
    }
    void warn(const std::string& text) {
        outcome_.warnings++;
        to_.say(Level::warning, text);
    }

private:
    /// Tells of a change, a file or a service; the words come in any order, and in a message they
    /// would be escaped.
    static bool is_fact(std::string_view text) {
        auto has = [&](std::string_view key) {
            return text.find(key) != std::string_view::npos;
        };
        return text.starts_with('{') &&
               (has("\"changed\"") || has("\"manages\"") || has("\"service\""));
    }
    static std::string field(const Element& e, const char* name) {
        const Element* f = e.find(Term(Key(name)));
        return f && f->is_property() ? property_text(*f) : "";
    }
    void understood(const Element& e) {
        if (std::string path = field(e, "changed"); !path.empty()) {
            outcome_.changed.push_back(path);
            to_.say(Level::info, "changed " + path);
        } else if (std::string file = field(e, "manages"); !file.empty()) {
            outcome_.files.push_back(file);
        } else if (std::string service = field(e, "service"); !service.empty()) {
            std::string action = field(e, "action");
            try {
                to_.action(service, action);
            } catch (const Error& err) {
                fail(err.message);
            }
        } else {
            std::string level = field(e, "level"), msg = field(e, "msg");
            if (level == "error")
                fail(msg);
            else if (level == "warning" || level == "warn")
                warn(msg);
            else
                to_.say(level == "verbose" || level == "debug" ? Level::debug : Level::info, msg);
        }
    }

    Outcome& outcome_;
    const Listener& to_;
    size_t lines_ = 0, facts_ = 0;
};

}  // namespace

Child start_one(Loop& loop, const RunOrder& order, Listener to, std::function<void(Outcome)> done) {
    struct Going {
        explicit Going(Listener l) : to(std::move(l)) {}
        Going(const Going&) = delete;  // its words refer to it
        Outcome outcome;
        Listener to;
        Words words{outcome, to};
        std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    };
    auto going = std::make_shared<Going>(std::move(to));
    going->outcome.component = order.component;

    ProcessOptions o;
    o.input = order.document;
    o.timeout = order.timeout;
    o.output_limit = 0;  // lines are taken as they come
    o.dir = order.dir;
    o.env = order.env;
    o.clean_env = true;
    o.umask = 022;
    o.die_with_parent = true;
    o.limits = {
        {RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 4096}, {RLIMIT_NPROC, 4096}, {RLIMIT_FSIZE, 16ul << 30}};
    o.on_line = [going](std::string_view l) {
        going->words.line(l);
    };
    o.on_error_line = [going](std::string_view l) {
        going->words.error_line(l);
    };
    auto ended = [going, done, timeout = order.timeout](const ProcessResult& r) {
        Words& words = going->words;
        Outcome& outcome = going->outcome;
        words.done();
        outcome.ended = !r.timed_out && r.status <= 128;
        if (r.timed_out)
            words.fail(fmt::format("did not end within {} s and was killed", timeout));
        else if (r.status == 3)
            outcome.unsupported = true;
        else if (r.status > 128)
            words.fail(fmt::format("was ended by signal {}", r.status - 128));
        else if (r.status == 2)
            outcome.warnings += outcome.warnings == 0;
        else if (r.status != 0 && outcome.errors == 0)
            words.fail(fmt::format("failed with exit status {}", r.status));
        outcome.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - going->begin).count();
        done(std::move(outcome));
    };
    try {
        if (order.fork)
            if (auto running = order.fork(o))
                return loop.child(std::move(*running), order.command[0], o, ended);
        return loop.child(order.command, o, ended);
    } catch (const Error& e) {
        going->words.fail(e.message);
        loop.post([going, done] { done(std::move(going->outcome)); });
        return {};
    }
}

}  // namespace weft::ncm

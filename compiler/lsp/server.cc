// The life of a connection: what the server can do, which documents are open, who answers what.
#include "compiler/lsp/server.hh"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler::lsp {

namespace fs = std::filesystem;

// Codes of JSON-RPC and of the protocol.
enum Code {
    parse_error = -32700,
    invalid_request = -32600,
    no_method = -32601,
    invalid_params = -32602,
    internal_error = -32603,
    not_initialized = -32002,
    request_cancelled = -32800,
    request_failed = -32803
};

const Server::Request Server::requests[] = {
    {"initialize", &Server::initialize},
    {"shutdown", &Server::shutdown},
    {"textDocument/hover", &Server::hover},
    {"textDocument/definition", &Server::definition},
    {"textDocument/references", &Server::references},
    {"textDocument/documentHighlight", &Server::highlight},
    {"textDocument/completion", &Server::completion},
    {"textDocument/prepareRename", &Server::prepare_rename},
    {"textDocument/rename", &Server::rename},
    {"textDocument/documentSymbol", &Server::document_symbols},
    {"textDocument/documentLink", &Server::document_links},
    {"textDocument/formatting", &Server::formatting},
    {"textDocument/codeAction", &Server::code_actions},
    {"workspace/symbol", &Server::workspace_symbols},
};
const Server::Notification Server::notifications[] = {
    {"initialized", &Server::initialized},
    {"exit", &Server::exit},
    {"textDocument/didOpen", &Server::did_open},
    {"textDocument/didChange", &Server::did_change},
    {"textDocument/didSave", &Server::did_save},
    {"textDocument/didClose", &Server::did_close},
    {"workspace/didChangeWatchedFiles", &Server::did_change_files},
    {"workspace/didChangeWorkspaceFolders", &Server::did_change_folders},
    {"workspace/didChangeConfiguration", &Server::did_change_configuration},
};

Server::Server(ServerOptions options, std::function<void(std::string_view)> send,
               std::function<void(Checker::Outcome)> done)
    : options_(std::move(options)), send_(std::move(send)), done_(std::move(done)) {}
Server::~Server() = default;

// ---- messages

void Server::reply(const Element& id, const Element& result) {
    send_(fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", to_json(id),
                      result.is(Kind::null) ? "null" : to_json(result)));
}

void Server::fail(const Element* id, int code, std::string_view message) {
    send_(fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{}}})", id ? to_json(*id) : "null",
                      to_json(object({{"code", number(code)}, {"message", text(message)}}))));
}

void Server::notify(std::string_view method, Element params) {
    send_(to_json(object(
        {{"jsonrpc", text("2.0")}, {"method", text(method)}, {"params", std::move(params)}})));
}

void Server::malformed(std::string_view why) { fail(nullptr, parse_error, why); }

void Server::receive(const Element& message, bool cancelled) {
    const Element* id = get(message, "id");
    if (id && !id->is(Kind::long_) && !id->is(Kind::string))
        return fail(nullptr, invalid_request, "the id is neither a number nor a string");
    const Element* method = get(message, "method");
    if (!method || !method->is(Kind::string)) {
        if (id && (get(message, "result") || get(message, "error")))
            return;  // an answer to us: nothing hangs on it
        return fail(id, invalid_request, "the message has no method");
    }
    std::string_view name = method->string();
    static const Element nothing = Element::null();
    const Element* params = get(message, "params");
    try {
        if (!id) {
            if (!initialized_ && name != "exit")
                return;
            for (const Notification& n : notifications)
                if (name == n.method)
                    return (this->*n.take)(params ? *params : nothing);
            return;  // what we do not know is not meant for us
        }
        if (cancelled)
            return fail(id, request_cancelled, "cancelled");
        if (!initialized_ && name != "initialize")
            return fail(id, not_initialized, "the server is not initialized");
        if (initialized_ && name == "initialize")
            return fail(id, invalid_request, "the server is initialized already");
        if (shut_down_)
            return fail(id, invalid_request, "the server was shut down");
        for (const Request& r : requests)
            if (name == r.method)
                return reply(*id, (this->*r.answer)(params ? *params : nothing));
        fail(id, no_method, fmt::format("there is no method '{}'", name));
    } catch (const Error& e) {
        if (id)
            fail(id, e.status == exit_usage ? invalid_params : request_failed,
                 e.hint.empty() ? e.message : e.message + "; " + e.hint);
    } catch (const std::exception& e) {
        if (id)
            fail(id, internal_error, e.what());
    }
}

// ---- the connection

static std::string absolute(const std::string& path) {
    std::string out = fs::absolute(path).lexically_normal().string();
    while (out.size() > 1 && out.ends_with('/'))
        out.pop_back();
    return out;
}

/// What the editor sets, at the beginning or later; what it leaves out stays.
void Server::take_settings(const Element* mine) {
    if (const Element* dirs = get(mine, "includePath")) {
        options_.include_path.clear();
        auto add = [&](std::string_view dir) {
            if (!dir.empty())
                options_.include_path.push_back(dir.starts_with('/') || folders_.empty()
                                                    ? std::string(dir)
                                                    : folders_[0] + '/' + std::string(dir));
        };
        if (dirs->is(Kind::list)) {
            for (const Element& e : dirs->list())
                if (e.is(Kind::string))
                    add(e.string());
        } else if (dirs->is(Kind::string)) {
            std::string_view all = dirs->string();
            for (size_t at = 0; at <= all.size();) {
                size_t end = std::min(all.find(':', at), all.size());
                add(all.substr(at, end - at));
                at = end + 1;
            }
        }
    }
    if (auto level = string_at(mine, "lint"); !level.empty()) {
        if (level == "off")
            options_.lint.reset();
        for (LintSeverity s : {LintSeverity::advice, LintSeverity::warning, LintSeverity::error})
            if (level == lint_severity_name(s))
                options_.lint = s;
    }
    options_.compile = boolean_at(mine, "compile", options_.compile);
}

void Server::open_workspace() {
    std::vector<std::string> said = options_.include_path;
    for (std::string& dir : said)
        dir = absolute(dir);
    checker_.reset();  // one that builds is waited for
    workspace_.open(said, folders_);
    if (options_.compile)
        checker_ = std::make_unique<Checker>(workspace_.per_folder(), done_);
    names_changed_ = true;
    compile_wanted_ = workspace_.open_files();
}

Element Server::initialize(const Element& params) {
    if (const Element* list = get(get(get(params, "capabilities"), "general"), "positionEncodings");
        list && list->is(Kind::list))
        for (const Element& e : list->list())
            if (e.is(Kind::string) && e.string() == "utf-8")
                units_ = Units::utf8;
    watches_ =
        boolean_at(get(get(get(params, "capabilities"), "workspace"), "didChangeWatchedFiles"),
                   "dynamicRegistration");

    if (const Element* list = get(params, "workspaceFolders"); list && list->is(Kind::list))
        for (const Element& e : list->list())
            if (auto uri = string_at(&e, "uri"); uri.starts_with("file:"))
                folders_.push_back(absolute(path_of_uri(uri)));
    if (folders_.empty())
        if (auto root = string_at(&params, "rootUri"); root.starts_with("file:"))
            folders_.push_back(absolute(path_of_uri(root)));
    if (folders_.empty())
        if (auto root = string_at(&params, "rootPath"); root.starts_with('/'))
            folders_.push_back(absolute(std::string(root)));
    take_settings(get(params, "initializationOptions"));
    open_workspace();
    initialized_ = true;

    return object({
        {"capabilities",
         object({
             {"positionEncoding", text(units_ == Units::utf8 ? "utf-8" : "utf-16")},
             {"textDocumentSync",
              object({{"openClose", boolean(true)}, {"change", number(2)}, {"save", object({})}})},
             {"workspace",
              object({{"workspaceFolders", object({{"supported", boolean(true)},
                                                   {"changeNotifications", boolean(true)}})}})},
             {"hoverProvider", boolean(true)},
             {"definitionProvider", boolean(true)},
             {"referencesProvider", boolean(true)},
             {"documentHighlightProvider", boolean(true)},
             {"documentSymbolProvider", boolean(true)},
             {"documentLinkProvider", object({})},
             {"workspaceSymbolProvider", boolean(true)},
             {"documentFormattingProvider", boolean(true)},
             {"codeActionProvider", object({{"codeActionKinds", array({text("quickfix")})}})},
             {"renameProvider", object({{"prepareProvider", boolean(true)}})},
             {"completionProvider",
              object({{"triggerCharacters", array({text("/"), text("'"), text("\"")})}})},
         })},
        {"serverInfo", object({{"name", text("pan-lsp")}, {"version", text(WEFT_VERSION)}})},
    });
}

void Server::initialized(const Element&) {
    if (!watches_)
        return;
    Element watchers =
        array({object({{"globPattern", text("**/*.{pan,tpl}")}}),
               object({{"globPattern", text("**/{.loadpath,include-path,*.build.properties}")}})});
    Element registration = object({{"id", text("files")},
                                   {"method", text("workspace/didChangeWatchedFiles")},
                                   {"registerOptions", object({{"watchers", watchers}})}});
    send_(to_json(object({{"jsonrpc", text("2.0")},
                          {"id", text("register")},
                          {"method", text("client/registerCapability")},
                          {"params", object({{"registrations", array({registration})}})}})));
}

Element Server::shutdown(const Element&) {
    shut_down_ = true;
    return Element::null();
}

void Server::exit(const Element&) { ended_ = true; }

// ---- documents

std::string Server::path_at(const Element& params) const {
    std::string_view uri = string_at(get(params, "textDocument"), "uri");
    if (uri.empty())
        throw Error(exit_usage, "which document?");
    std::string path = path_of_uri(uri);
    return path.starts_with('/') ? fs::path(path).lexically_normal().string() : path;
}

SheetPtr Server::sheet_at(const Element& params) const {
    std::string path = path_at(params);
    SheetPtr s = workspace_.sheet(path);
    if (!s)
        throw Error(exit_usage, fmt::format("'{}' is not known here", path));
    return s;
}

void Server::changed(const std::string& path, bool names) {
    changed_.insert(path);
    names_changed_ = names_changed_ || names;
}

void Server::did_open(const Element& params) {
    const Element* contents = get(get(params, "textDocument"), "text");
    if (!contents || !contents->is(Kind::string))
        return;
    std::string path = path_at(params);
    uris_[path] = string_at(get(params, "textDocument"), "uri");
    changed(path, workspace_.edit(path, std::make_shared<const std::string>(contents->string())));
    compile_wanted_.insert(path);
}

void Server::did_change(const Element& params) {
    std::string path = path_at(params);
    SheetPtr sheet = workspace_.sheet(path);
    const Element* changes = get(params, "contentChanges");
    if (!sheet || !workspace_.is_open(path) || !changes || !changes->is(Kind::list))
        return;
    std::string now = *sheet->text;
    for (const Element& c : changes->list()) {
        std::string_view insert = string_at(&c, "text");
        const Element* where = get(c, "range");
        if (!where) {
            now = insert;
            continue;
        }
        Lines lines(now, units_);
        size_t from = lines.offset(position_at(get(where, "start"))),
               to = lines.offset(position_at(get(where, "end")));
        shift_built(path, {lines.position(from), lines.position(std::max(from, to))}, insert);
        now.replace(from, std::max(to, from) - from, insert);
        if (now.size() > MessageReader::largest)
            return;
    }
    changed(path, workspace_.edit(path, std::make_shared<const std::string>(std::move(now))));
    compile_wanted_.insert(path);
}

void Server::did_save(const Element& params) {
    look_next_ = {};
    compile_wanted_.insert(path_at(params));
}

void Server::did_close(const Element& params) {
    std::string path = path_at(params);
    uris_.erase(path);
    linted_.erase(path);
    changed(path, workspace_.edit(path, nullptr));
}

void Server::did_change_files(const Element& params) {
    const Element* changes = get(params, "changes");
    if (!changes || !changes->is(Kind::list))
        return;
    std::vector<std::string> paths;
    for (const Element& c : changes->list())
        if (auto uri = string_at(&c, "uri"); uri.starts_with("file:")) {
            paths.push_back(absolute(path_of_uri(uri)));
            workspace_.refresh(paths.back());
        }
    disk_changed(paths);
}

void Server::did_change_folders(const Element& params) {
    const Element* event = get(params, "event");
    auto each = [&](const char* which, auto f) {
        if (const Element* list = get(event, which); list && list->is(Kind::list))
            for (const Element& e : list->list())
                if (auto uri = string_at(&e, "uri"); uri.starts_with("file:"))
                    f(absolute(path_of_uri(uri)));
    };
    each("removed", [&](const std::string& f) { std::erase(folders_, f); });
    each("added", [&](const std::string& f) {
        if (std::find(folders_.begin(), folders_.end(), f) == folders_.end())
            folders_.push_back(f);
    });
    open_workspace();
}

/// The settings as the initialization options have them, perhaps below the program's name.
void Server::did_change_configuration(const Element& params) {
    const Element* settings = get(params, "settings");
    for (const char* name : {"pan-lsp", "panLsp", "pan"})
        if (const Element* below = get(settings, name))
            settings = below;
    if (!settings || !settings->is(Kind::dict))
        return;
    take_settings(settings);
    linted_.clear();
    open_workspace();
}

// ---- pieces of answers

Element to_json(const TextRange& r) {
    auto position = [](Position p) {
        return object({{"line", number(p.line)}, {"character", number(p.character)}});
    };
    return object({{"start", position(r.start)}, {"end", position(r.end)}});
}

Position position_at(const Element* e) { return {number_at(e, "line"), number_at(e, "character")}; }

std::string Server::uri(const std::string& path) const {
    auto it = uris_.find(workspace_.open_name(path));
    return it == uris_.end() ? uri_of_path(path) : it->second;
}

Element Server::range(const Sheet& s, const Span& span) const {
    return to_json(Lines(*s.tpl->text, units_).range(span));
}
Element Server::location(const Sheet& s, const Span& span) const {
    return object({{"uri", text(uri(s.path))}, {"range", range(s, span)}});
}

Element Server::locations(const std::vector<Target>& all) const {
    Element out = array();
    for (const Target& t : all)
        out.list_ref().push_back(location(*t.sheet, t.mention->span));
    return out;
}

std::optional<Server::Place> Server::place(const Element& params) const {
    Place p;
    p.sheet = sheet_at(params);
    p.position = position_at(get(params, "position"));
    std::tie(p.line, p.col) = Lines(*p.sheet->tpl->text, units_).place(p.position);
    p.mention = mention_at(*p.sheet, p.line, p.col);
    return p;
}

}  // namespace weft::compiler::lsp

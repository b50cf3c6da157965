// The language server: messages of an editor in, answers and diagnostics out. One thread calls it;
// the compiles it orders run on another and come back through finished().
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/lsp/checker.hh"
#include "compiler/lsp/message.hh"
#include "compiler/lsp/text.hh"
#include "compiler/lsp/workspace.hh"
#include "compiler/tools/lint.hh"

namespace weft::compiler::lsp {

struct ServerOptions {
    std::vector<std::string> include_path;  ///< empty: files beside the templates say it
    std::optional<LintSeverity> lint =
        LintSeverity::advice;  ///< what panlint finds is shown from here on
    bool compile = true;       ///< build affected objects in the background
};

class Server {
public:
    /// `send` gets whole JSON texts; `done` gets what the background compile found, on its thread,
    /// and must bring it to finished() on this one.
    Server(ServerOptions, std::function<void(std::string_view)> send,
           std::function<void(Checker::Outcome)> done);
    ~Server();

    /// One message. Throws nothing: what is wrong with it is answered.
    ///   cancelled   the editor does not want the answer any more
    void receive(const Element& message, bool cancelled = false);
    void malformed(std::string_view why);  ///< bytes that were no JSON
    /// Nothing waits to be received: publish what has changed.
    void idle();
    /// Nothing has happened for a moment: order a compile, if one is wanted.
    void rest();
    void finished(Checker::Outcome);
    bool wants_rest() const { return !compile_wanted_.empty() || !objects_wanted_.empty(); }
    /// Look whether the disk has changed, if that was not done just now.
    void look();
    bool compiling() const { return checker_ && checker_->busy(); }

    bool ended() const { return ended_; }
    int status() const { return shut_down_ ? 0 : 1; }  ///< of the program, after "exit"

private:
    struct Request {
        const char* method;
        Element (Server::*answer)(const Element& params);
    };
    static const Request requests[];
    struct Notification {
        const char* method;
        void (Server::*take)(const Element& params);
    };
    static const Notification notifications[];
    Element dispatch(std::string_view method, const Element& params);
    void reply(const Element& id, const Element& result);
    void fail(const Element* id, int code, std::string_view message);
    void notify(std::string_view method, Element params);

    // server.cc: the life of the connection and of documents
    Element initialize(const Element&);
    Element shutdown(const Element&);
    void initialized(const Element&);
    void exit(const Element&);
    void did_open(const Element&);
    void did_change(const Element&);
    void did_save(const Element&);
    void did_close(const Element&);
    void did_change_files(const Element&);
    void did_change_folders(const Element&);
    void did_change_configuration(const Element&);
    void take_settings(const Element* mine);
    void open_workspace();
    void changed(const std::string& path, bool names);

    // navigate.cc
    Element hover(const Element&);
    Element definition(const Element&);
    Element references(const Element&);
    Element highlight(const Element&);
    Element prepare_rename(const Element&);
    Element rename(const Element&);
    Element document_symbols(const Element&);
    Element document_links(const Element&);
    Element workspace_symbols(const Element&);
    Element formatting(const Element&);

    // complete.cc
    Element completion(const Element&);

    // diagnose.cc
    void publish(const std::string& path);
    Element diagnostics(const std::string& path);
    Element code_actions(const Element&);
    void check_names(const Sheet&, const Lines&, Element& out);
    Compiler::ObjectFiles affected(const std::string& path) const;
    std::string defined_elsewhere(const Mention&) const;
    std::optional<std::string> meant_instead(const Mention&, const View&) const;
    void disk_changed(const std::vector<std::string>& paths);
    void shift_built(const std::string& path, TextRange edit, std::string_view inserted);

    // what the answers are made of
    struct Place {
        SheetPtr sheet;
        Position position;
        uint32_t line = 0, col = 0;  ///< the compiler's
        const Mention* mention = nullptr;
    };
    std::optional<Place> place(const Element& params) const;  ///< of textDocument and position
    std::string path_at(const Element& params) const;
    SheetPtr sheet_at(const Element& params) const;
    std::string uri(const std::string& path) const;  ///< as the editor writes it
    Element location(const Sheet&, const Span&) const;
    Element range(const Sheet&, const Span&) const;
    Element locations(const std::vector<Target>&) const;

    ServerOptions options_;
    std::function<void(std::string_view)> send_;
    std::function<void(Checker::Outcome)> done_;
    Workspace workspace_;
    std::unique_ptr<Checker> checker_;
    Units units_ = Units::utf16;
    bool initialized_ = false, shut_down_ = false, ended_ = false, watches_ = false;
    std::map<std::string, std::string> uris_;  ///< of open files
    std::set<std::string> changed_;            ///< to be published when idle
    bool names_changed_ = false;
    std::set<std::string> compile_wanted_;
    Compiler::ObjectFiles objects_wanted_;  ///< to be built besides
    std::vector<std::string> folders_;      ///< of the editor
    std::map<std::string, Stamp> data_;     ///< files that built objects read and are no templates
    std::chrono::steady_clock::time_point look_next_{};
    std::map<std::string, std::string> published_;  ///< the last diagnostics of a file, as sent
    struct Linted {
        SheetPtr sheet;
        std::vector<LintFinding> findings;
    };
    std::map<std::string, Linted> linted_;
    std::map<std::string, std::vector<std::pair<std::string, Element>>>
        built_;  ///< by object: file and diagnostic
    std::map<std::string, std::vector<std::string>>
        used_;            ///< by object: the files in it, its own last, when last built
    double slowest_ = 0;  ///< seconds of the last compile
};

Element to_json(const TextRange&);
Position position_at(const Element* e);

}  // namespace weft::compiler::lsp

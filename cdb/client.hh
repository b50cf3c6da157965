// The command's side of the API: settings, one connection, answers as trees.
#pragma once
#include <string>
#include <vector>

#include "base/noun/element.hh"
#include "base/program.hh"
#include "base/wrap/curl.hh"

namespace weft::cdb {

class Client {
public:
    /// From --server --cert --key --ca, else ~/.weft/cdb.conf, else /etc/weft/cdb.conf.
    explicit Client(const Args&);

    /// The answer's document. Error(65), (77), (75), ... with the server's words when it says no;
    /// Error(69) when it does not answer.
    Element get(const std::string& resource);
    Element post(const std::string& resource, const std::string& body);
    Element request(const std::string& method, const std::string& resource,
                    const std::string& body = {});
    /// A body as it is.
    std::string text(const std::string& resource);
    /// For commits and checks: refusals (409, 422) are answers too. Asked again when the connection
    /// broke.
    Element judged(const std::string& resource, const std::string& body, int* status = nullptr);

    /// The revision the last answer was about: its X-Weft-Revision; 0 when it has none.
    uint64_t revision() const { return revision_; }
    /// The answer's own bytes, for --json.
    const std::string& last() const { return last_; }

    /// The session of --session, or the one opened last; "" when there is none.
    std::string session() const { return session_; }
    std::string need_session() const;
    void remember_session(const std::string& id);

private:
    HttpAnswer send(const std::string& method, const std::string& resource, const std::string& body,
                    const HttpHeaders& more = {});
    HttpOptions options_;
    HttpClient http_;
    std::string server_, session_file_, session_, last_;
    uint64_t revision_ = 0;
};

/// A name nobody else has: makes a commit happen once, however often it is sent.
std::string random_key();

// ---- reading answers
/// A text to be shown: harmless (terminal.hh).
std::string text_at(const Element&, std::string_view key);
/// The same as it is, to be written or compared.
std::string bytes_at(const Element&, std::string_view key);
int64_t number_at(const Element&, std::string_view key);
/// An empty list when there is none.
const Element& list_at(const Element&, std::string_view key);
/// "2026-11-22 04:05:06"
std::string local_time(int64_t seconds);
/// Rows in columns as wide as they need.
void print_table(const std::vector<std::vector<std::string>>& rows);
/// With --json prints the server's own words, and says so: then nothing else is to be printed.
bool raw(const Args&, const Client&);
/// A path of the database as part of a URL.
std::string path_url(std::string_view path);
/// The only argument. Error(64): "which path?".
std::string one_word(const Args&, const char* what);
/// The folders of -I and --include-path.
std::vector<std::string> load_path_dirs(const Args&);
std::string json_text(std::string_view);
/// A resource of the open session.
std::string session_url(const Client&, std::string_view rest = {});
/// Open one and remember it.
void open_session(Client&, const std::string& comment);
/// Print the effects of an outcome: nodes, values, components.
void print_effects(const Element&);
/// Print what a commit or check came to; the exit status it means.
int print_outcome(const Element&, bool check);

/// Commands one a line, from a terminal with history and completion, or from a script, which ends
/// with the first that fails. The options given to cdb hold for each.
int shell(const Program&, const Args&);
/// A line as words: blanks, quotes, backslashes, # for a comment. Error(64) for a quote without its
/// end.
std::vector<std::string> split_words(std::string_view line);

/// The commands of cdb, by group.
std::vector<Program> session_commands(), change_commands(), mark_commands(), git_commands(),
    stage_commands(), look_commands(), keep_commands();

}  // namespace weft::cdb

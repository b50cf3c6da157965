// cdb without a command: one command a line, from a terminal or from a script.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/lineedit.hh"
#include "cdb/client.hh"

namespace weft::cdb {

/// Words as a shell has them: blanks between, quotes around, a backslash before. Error(64) for a
/// quote without end.
std::vector<std::string> split_words(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool any = false;
    char quote = 0;
    for (size_t i = 0; i < line.size(); i++) {
        char c = line[i];
        if (quote) {
            if (c == quote)
                quote = 0;
            else if (c == '\\' && quote == '"' && i + 1 < line.size() &&
                     (line[i + 1] == '"' || line[i + 1] == '\\'))
                word += line[++i];
            else
                word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            any = true;
        } else if (c == '\\' && i + 1 < line.size()) {
            word += line[++i];
        } else if (c == ' ' || c == '\t' || c == '\r') {
            if (any || !word.empty())
                words.push_back(std::move(word));
            word.clear();
            any = false;
        } else if (c == '#' && word.empty() && !any) {
            break;
        } else {
            word += c;
        }
    }
    if (quote)
        throw Error(exit_usage, fmt::format("a {} without its end", quote));
    if (any || !word.empty())
        words.push_back(std::move(word));
    return words;
}

static int run_line(const Program& p, std::vector<std::string> words) {
    words.insert(words.begin(), p.name);
    std::vector<char*> argv;
    for (auto& w : words)
        argv.push_back(w.data());
    argv.push_back(nullptr);
    int status = run(p, int(words.size()), argv.data());
    std::fflush(stdout);
    return status;
}

int shell(const Program& program, const Args& args) {
    std::vector<std::string> always;  // the options given to cdb itself hold for every line
    for (const Option& o : program.options) {
        if (!args.has(o.name))
            continue;
        always.push_back(std::string("--") + o.name);
        if (o.arg)
            always.push_back(args.get(o.name));
    }
    bool terminal = isatty(0) && isatty(1);
    std::string weft = std::string(std::getenv("HOME") ? std::getenv("HOME") : "/") + "/.weft";
    std::unique_ptr<LineEditor> editor;
    if (terminal) {
        make_dirs(weft, 0700);
        editor = std::make_unique<LineEditor>(weft + "/history", [&](const std::string& line) {
            std::vector<std::string> words;
            try {
                words = split_words(line);
            } catch (const Error&) {
                return words;  // inside a quote: files
            }
            if (line.empty() || line.back() == ' ')
                words.emplace_back();
            return completions(program, words);
        });
        fmt::print("'help' lists the commands, 'exit' ends.\n");
    }
    size_t read = 0;
    for (;;) {
        std::string session = read_if_exists(weft + "/session", 256).value_or("");
        while (session.ends_with('\n'))
            session.pop_back();
        std::string line;
        if (terminal) {
            auto l = editor->read(session.empty() ? "cdb> " : "cdb " + session + "> ");
            if (!l) {
                fmt::print("\n");
                return exit_ok;
            }
            line = *l;
        } else if (!std::getline(std::cin, line)) {
            if (!read)
                throw Error(exit_usage, "which command?", {},
                            "'cdb -h' lists them; a line each is read from a script or a terminal");
            return exit_ok;
        }
        std::vector<std::string> words;
        int status = exit_ok;
        try {
            words = split_words(line);
        } catch (const Error& e) {
            fmt::print(stderr, "{}", e.text(program.name));
            status = e.status;
        }
        if (words.empty() && !status)
            continue;
        read++;
        if (!status && (words[0] == "exit" || words[0] == "quit"))
            return exit_ok;
        if (!status && words[0] == "help")
            words = {"--help"};
        if (!status) {
            words.insert(words.begin(), always.begin(), always.end());
            status = run_line(program, words);
        }
        // A script ends with the first command that fails; a person reads what went wrong and goes
        // on.
        if (status && !terminal)
            return status;
    }
}

}  // namespace weft::cdb

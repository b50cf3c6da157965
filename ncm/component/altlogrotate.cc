// altlogrotate: how logs are rotated, one file in /etc/logrotate.d for each entry.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

namespace {

constexpr std::string_view ending = ".ncm-altlogrotate";

/// The words of one entry, without braces.
void words(std::string& out, View e, const char* blanks) {
    auto put = [&](const std::string& line) {
        out += blanks + line + "\n";
    };
    if (e["include"])
        put("include " + e["include"].line());
    if (e["frequency"])
        put(e["frequency"].line());
    for (const char* key : {"compress", "copy", "copytruncate", "delaycompress", "ifempty",
                            "missingok", "sharedscripts", "dateext"})
        if (e[key])
            put((e[key].flag()                        ? ""
                 : std::string_view(key) == "ifempty" ? "not"
                                                      : "no") +
                std::string(key));
    for (const char* key : {"compresscmd", "uncompresscmd", "compressext", "compressoptions",
                            "extension", "mail", "olddir", "rotate", "start", "size"})
        if (e[key])
            put(std::string(key) + " " + e[key].line());
    for (const char* key : {"nomail", "noolddir"})
        if (e[key].flag())
            put(key);
    if (e["mailselect"])
        put("mail" + e["mailselect"].line());
    if (e["create"]) {
        View p = e["createparams"];
        put(!e["create"].flag() ? "nocreate"
            : p ? fmt::format("create {} {} {}", p["mode"].line(), p["owner"].line(),
                              p["group"].line())
                : "create");
    }
    if (e["su"])
        put(fmt::format("su {} {}", e["su"]["user"].line(), e["su"]["group"].line()));
    if (e["tabooext"]) {
        std::vector<std::string> list;
        for (View t : e["tabooext"].items())
            list.push_back(t.line());
        put(std::string("tabooext ") + (e["taboo_replace"].flag() ? "" : "+ ") + join(list, ","));
    }
    for (const char* key : {"firstaction", "prerotate", "postrotate", "lastaction"})
        if (e["scripts"][key]) {
            std::string script = e["scripts"][key].text();
            put(key);
            out += script + (script.ends_with('\n') ? "" : "\n");
            put("endscript");
        }
}

std::string logrotate_file(Run& run, View c, const std::string& name, View e) {
    if (name.empty() || name[0] == '.' || name.find('/') != std::string::npos)
        throw Error(exit_data, "that is no file name");
    std::string plain = c["configDir"].text("/etc/logrotate.d") + "/" + name;
    // The file of a package under that name is taken over only when that is wanted.
    return e["overwrite"].flag() && run.exists(plain) ? plain : plain + std::string(ending);
}

void remove_others(Run& run, const std::string& folder, const std::vector<std::string>& keep) {
    for (const std::string& file : run.names_in(folder))
        if (file.ends_with(ending) &&
            std::find(keep.begin(), keep.end(), folder + "/" + file) == keep.end())
            run.remove(folder + "/" + file);
}

void configure_altlogrotate(Run& run) {
    View c = run.config();
    std::vector<std::string> keep;
    std::string global;
    if (View g = c["entries"]["global"])
        words(global, g, "");
    for (const auto& [name, e] : c["entries"].members()) {
        try {
            if (name == "global")
                continue;
            std::string body;
            if (e["pattern"]) {
                body = e["pattern"].line() + " {\n";
                words(body, e, "    ");
                body += "}\n";
            } else {
                words(body, e, "");
            }
            if (e["global"].flag()) {
                global += body;
                continue;
            }
            std::string path = logrotate_file(run, c, name, e);
            keep.push_back(path);
            run.file(path, run.header() + body,
                     {.mode = {},
                      .owner = {},
                      .group = {},
                      .backup = path.ends_with(ending) ? "" : ".old"});
        } catch (const Error& x) {
            run.error(fmt::format("entry '{}': {}", name, x.message));
        }
    }
    if (c["entries"]["global"])
        run.file(c["configFile"].text("/etc/logrotate.conf"), run.header() + global,
                 {.mode = {}, .owner = {}, .group = {}, .backup = ".old"});
    remove_others(run, c["configDir"].text("/etc/logrotate.d"), keep);
}

void unconfigure_altlogrotate(Run& run) {
    View c = run.config();
    remove_others(run, c["configDir"].text("/etc/logrotate.d"), {});
    for (const auto& [name, e] : c["entries"].members()) {
        std::string plain = c["configDir"].text("/etc/logrotate.d") + "/" + name;
        if (e["overwrite"].flag() && run.exists(plain + ".old"))
            run.give_back(plain, ".old");
    }
    std::string main = c["configFile"].text("/etc/logrotate.conf");
    if (c["entries"]["global"] && run.exists(main + ".old"))
        run.give_back(main, ".old");
}

}  // namespace

extern const Component altlogrotate_component{
    .name = "altlogrotate",
    .about = "how logs are rotated: one file in /etc/logrotate.d for each entry",
    .configure = configure_altlogrotate,
    .unconfigure = unconfigure_altlogrotate};

}  // namespace weft::ncm

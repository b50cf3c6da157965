// ncm-component-so - run a component that is a shared object                page:
// man/ncm-component-so.8
#include <dlfcn.h>
#include <fmt/core.h>

#include <cstring>
#include <deque>

#include "base/noun/profile.hh"
#include "base/program.hh"
#include "ncm/component.hh"
#include "ncm/include/weft/component.h"
using namespace weft;

namespace {

const ncm_component* loaded;

/// The C functions of one run, and what they answered with as long as it lasts.
struct CRun : ncm_run {
    explicit CRun(ncm::Run& r) : ncm_run{}, run(r) {
        if (const Element* e = run.config().element())
            write_json(*e, text, {.one_line = true, .plain = true});
        noaction = run.noaction();
        verbose = run.verbose_on();
        json = text.c_str();
        ncm_run::value = [](ncm_run* self, const char* path) {
            return guarded<const char*>(self, nullptr, [&](CRun& c) { return c.look_up(path); });
        };
        ncm_run::file = [](ncm_run* self, const char* path, const char* contents, size_t size,
                           unsigned mode, const char* owner, const char* group) {
            return guarded(self, -1, [&](CRun& c) {
                ncm::FileSpec spec;
                if (mode)
                    spec.mode = mode_t(mode);
                if (owner)
                    spec.owner = owner;
                if (group)
                    spec.group = group;
                return int(c.run.file(path, {contents, size}, spec));
            });
        };
        ncm_run::remove = [](ncm_run* self, const char* path) {
            return guarded(self, -1, [&](CRun& c) { return int(c.run.remove(path)); });
        };
        ncm_run::service = [](ncm_run* self, const char* name, const char* action) {
            guarded(self, 0, [&](CRun& c) {
                c.run.service(name, action);
                return 0;
            });
        };
        ncm_run::say = [](ncm_run* self, const char* level, const char* msg) {
            guarded(self, 0, [&](CRun& c) {
                std::string_view l = level;
                l == "error"     ? c.run.error(msg)
                : l == "warning" ? c.run.warn(msg)
                : l == "verbose" ? c.run.verbose(msg)
                                 : c.run.info(msg);
                return 0;
            });
        };
    }

    /// Nothing is thrown through C: it becomes an error of the run.
    template <class R, class F>
    static R guarded(ncm_run* self, R fallback, F f) {
        CRun& c = *static_cast<CRun*>(self);
        try {
            return f(c);
        } catch (const std::exception& e) {
            c.run.error(e.what());
            return fallback;
        }
    }

    const char* look_up(const char* path) {
        const Element* e = run.config().element();
        e = e ? e->find(Path::parse(std::string("/") + path)) : nullptr;
        if (!e || !e->is_property())
            return nullptr;
        return answers.emplace_back(property_text(*e)).c_str();
    }

    ncm::Run& run;
    std::string text;
    std::deque<std::string> answers;  ///< a deque: what was answered stays where it is
};

int body(const Args& args) {
    if (args.rest().size() != 2)
        throw Error(exit_usage, "a shared object and a verb are needed");
    std::string file = args.rest()[0];
    void* object = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!object)
        throw Error(exit_data, fmt::format("cannot load '{}': {}", file, dlerror()));
    loaded = static_cast<const ncm_component*>(dlsym(object, "ncm_component"));
    if (!loaded)
        throw Error(exit_data, fmt::format("'{}' exports no ncm_component", file));
    if (loaded->abi != NCM_COMPONENT_ABI)
        throw Error(
            exit_data,
            fmt::format("'{}' was built for version {} of the interface, this is version {}", file,
                        loaded->abi, NCM_COMPONENT_ABI));
    std::string name = file.substr(file.rfind('/') + 1);
    name = name.substr(0, name.find('.'));
    ncm::Component c{.name = name.c_str(), .about = loaded->about, .configure = [](ncm::Run& r) {
                         CRun run(r);
                         loaded->configure(&run);
                     }};
    for (const char* const* w = loaded->watch; w && *w; w++)
        c.watch.emplace_back(*w);
    if (loaded->unconfigure)
        c.unconfigure = [](ncm::Run& r) {
            CRun run(r);
            loaded->unconfigure(&run);
        };
    return ncm::run_component(c, args.rest()[1]);
}

}  // namespace

int main(int argc, char** argv) {
    return run(
        {.name = "ncm-component-so",
         .usage = "ncm-component-so [-hV] file verb",
         .about = "One run of a component that is a shared object, as the runner would start it.",
         .options = {},
         .body = body},
        argc, argv);
}

// Templates in, checked profiles out: the compiler as other rooms see it.
//
//     MemorySource files;                      // or DiskSource
//     files.put("/t/lxb001.pan", "object template lxb001; '/a' = 1;");
//     Compiler compiler(files, {.include_path = {"/t"}});
//     for (Result& r : compiler.build({"lxb001"})) if (r.ok) use(r.root); else print(r.errors);
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hh"
#include "base/noun/element.hh"
#include "compiler/text/source.hh"

namespace weft::compiler {

/// What went wrong where: the words of Pan's own error classes.
enum class ErrorClass : uint8_t { parse, syntax, evaluation, validation, system };
std::string_view error_class_name(ErrorClass);  ///< "parse error"

/// An Error of status 65 (74 when a file could not be read) that also says of which class it is
/// and, for a validation, what was being checked.
struct TemplateError : Error {
    explicit TemplateError(ErrorClass c, std::string message, Where where = {},
                           std::string hint = {})
        : Error(c == ErrorClass::system ? exit_io : exit_data, std::move(message), std::move(where),
                std::move(hint)),
          cls(c) {}
    ErrorClass cls;
    std::string object;  ///< the object that was being built; empty for a file's own errors
    std::string element_path, element_value;  ///< validation: of what was checked
    std::string object_file;                  ///< validation: where the object template is
    std::vector<Frame>
        types;          ///< validation: what it was checked by, as the classic compiler says it
    std::string cause;  ///< the error behind this one, in the classic shape
    std::vector<TemplateError> also;  ///< further errors of the same file
    /// The message in the shape of the classic compiler (pan-language 9.5).
    std::string classic() const;
};

/// A name that was looked up while an object was built, and what it led to.
struct Dependency {
    enum Type : uint8_t {
        pan,
        tpl,
        text,
        absent_source,
        absent_text,
        seen
    };                 ///< a template only asked for with exists(): in no list that is printed
    std::string name;  ///< "site/network"
    Type type;
    std::string root;  ///< the folder the name was found under; empty when absent
    std::string path;  ///< the file itself; empty when absent
    std::vector<std::string> before =
        {};  ///< files looked for first, in order: would one appear, it would be found instead
    bool read = true;         ///< the contents matter, not only that it is there
    std::string object = {};  ///< seen: the object template it holds, which is built as well
    friend auto operator<=>(const Dependency& a, const Dependency& b) = default;
};
std::string_view dependency_type_name(Dependency::Type);  ///< "PAN", "ABSENT_SOURCE"

/// Where a value was set.
struct Place {
    std::string file;  ///< path of the template relative to its include root: "site/network.pan"
    int line = 0, col = 0;
    friend bool operator==(const Place&, const Place&) = default;
};

/// What Element::origin() means in the trees of one Compiler. Thread safe.
class Origins {
public:
    Origins();
    ~Origins();
    /// Nothing known (origin 0): an empty file.
    Place find(uint32_t origin) const;

private:
    friend class Compiler;
    friend class Library;
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

enum class Warnings : uint8_t { off, on, fatal };
/// Each accepts what is before it in this list.
enum class Dialect : uint8_t { current, v8, d2002 };

struct Options {
    std::vector<std::string> include_path = {"."};
    /// What loadpath(5) says of an object template's folder counts for the object; the include path
    /// only where no file says anything.
    bool load_paths = false;
    int max_iteration = 10000;
    int max_recursion = 50;
    int jobs = 1;                      ///< threads; 0: one a core
    Warnings warnings = Warnings::on;  ///< of deprecated() and of old syntax
    Dialect dialect = Dialect::current;
    bool debug = false;  ///< debug() and traceback() work
    std::string debug_include,
        debug_exclude;         ///< ... in templates whose whole name matches; exclusion wins
    std::string initial_data;  ///< a DML expression giving the dict every profile begins with
    bool reuse = true;         ///< what was evaluated alike before is not evaluated again
    bool keep_trees =
        true;  ///< results hold their trees; otherwise on_result is the only look at them
    std::vector<class Watch*>
        watches;  ///< are told what happens (compiler/build/watch.hh); they outlive the Compiler
    /// What debug(), traceback() and deprecated() print, whole lines; one call at a time. Unset:
    /// standard error.
    std::function<void(std::string_view)> print;
};

/// One object after all its phases.
struct Result {
    std::string name;
    bool ok = false;
    Element root;  ///< frozen; undef when not ok
    std::vector<TemplateError> errors;
    /// Sorted by name, type, path; those of referenced objects included. They live as long as the
    /// Compiler.
    std::vector<const Dependency*> dependencies;
    std::vector<std::string> references;  ///< objects whose values this one uses, sorted
    std::string file;                     ///< path of the object template; empty when not found
    int64_t finished = 0;  ///< nanoseconds since the epoch: when its validation ended
    std::shared_ptr<const Origins> origins;
    /// 2002 dialect only, for the "edg" format: by origin, the names of the templates that had a
    /// hand in the element, joined by commas, and its place in the order of creation.
    struct Derivation {
        std::string templates;
        uint32_t created = 0;
    };
    std::shared_ptr<const std::vector<Derivation>> derivations;
    std::shared_ptr<const std::set<std::string>> records,
        links;  ///< paths checked against a record or link type
};

/// Compiles and keeps parsed templates between builds: a later build parses only files that
/// changed. One build at a time.
class Compiler {
public:
    /// Objects by name, and the files their templates are in where that is known.
    using ObjectFiles = std::map<std::string, std::string>;

    Compiler(Source&, Options);
    ~Compiler();
    Compiler(const Compiler&) = delete;

    /// Build objects by name ("lxb001", "site/lxb002"). Results come in the order asked, each name
    /// once; the same whatever the number of jobs. Objects that are referenced, or looked at with
    /// exists(), are built too and follow, by name, after those asked for.
    ///   on_result   called once for each object as soon as it is complete, from the building
    ///   threads,
    ///               never twice at once for one object
    std::vector<Result> build(const std::vector<std::string>& objects,
                              const std::function<void(const Result&)>& on_result = {},
                              const ObjectFiles& files = {});

    /// Build what files hold: the object templates among them are built by name, others only
    /// parsed.
    ///   objects   to build besides, by name
    struct Files {
        std::vector<Result> results;
        std::vector<TemplateError>
            errors;  ///< of files that are no object templates, or could not be read
        /// Of each path what it holds: the name of the object template, empty for another kind;
        /// whether there was nothing to complain about.
        struct Given {
            std::string object;
            bool clean;
        };
        std::vector<Given> given;
    };
    Files build_files(const std::vector<std::string>& paths,
                      const std::function<void(const Result&)>& on_result = {},
                      bool syntax_only = false, const std::vector<std::string>& objects = {});

    struct Statistics {
        size_t parsed = 0, reused = 0, built = 0;
        double parse = 0, execute = 0, defaults = 0,
               validate = 0;  ///< seconds, of all threads together
    };
    Statistics statistics() const;
    /// Of the last build: what is odd about the load paths it used, a sentence each that begins
    /// with the file that says the path. Names found twice, folders that are missing.
    const std::set<std::string>& load_path_warnings() const;

private:
    std::unique_ptr<class Library> library_;
};

/// One line for each property and each empty list or dict, in tree order (dict keys ascending,
/// lists by index): path, tab, file:line:col, line end. See profile-origins(5).
std::string write_origins(const Result&);
std::string write_origins(const Element& root, const Origins&);

}  // namespace weft::compiler

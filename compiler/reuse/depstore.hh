// What every object was made from, kept between runs: which objects must be made again, and why.
//
//     DependencyStore store = DependencyStore::read(bytes, "out/.panc.deps");
//     if (auto why = store.outdated("lxb001", key, outputs)) rebuild(...);
//     store.put(result, key, outputs, disk);
//
// The contents of files decide; their times only save reading them. What is looked up and not found
// is remembered too, so that a template which would be found now, or found earlier, is noticed.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/compile.hh"

namespace weft::compiler {

/// All that changes what is built besides the files: options, version and the program itself; a
/// line each.
///   load_path   of the object, when not the options say it
std::string build_key(const Options&, const std::vector<std::string>* load_path = nullptr);

class DependencyStore {
public:
    using Hash = std::array<char, 16>;

    /// A file that was written for an object.
    struct Output {
        std::string format;  ///< "pan": what it was asked for as
        std::string path;
        Stamp stamp;  ///< as it was right after it was written
    };

    /// A store from its bytes; Error(65) for bytes that no store wrote.
    static DependencyStore read(std::string_view bytes, std::string_view name);
    /// The same without the check sum in front, which would keep a fuzzer out.
    static DependencyStore read_checked(std::string_view bytes, std::string_view name);
    /// The bytes for read().
    std::string bytes() const;
    bool changed() const { return changed_; }  ///< since it was read

    // ---- before a build

    /// Names that match are not looked at (the whole name; a regular expression).
    void ignore(const std::string& regex);
    /// The object template a file holds, empty if it holds another template that is all right;
    /// nothing when the file is not known, or is another than it was then.
    std::optional<std::string> object_in(const std::string& path, const std::string& key);
    /// Why the object must be built again, as the end of a sentence; nothing when it need not be.
    ///   outputs   format and path of each file that is wanted
    std::optional<std::string> outdated(const std::string& object, const std::string& key,
                                        const std::vector<Output>& outputs);
    /// The file the object template was found in; empty when nothing is known of it.
    std::string file_of(const std::string& object) const;
    /// The objects that are built because this one is.
    std::vector<std::string> built_with(const std::string& object) const;

    // ---- after a build

    /// An object that was built. Not thread safe: the caller locks.
    void put(const Result&, const std::string& key, std::vector<Output>, DiskSource&);
    /// An object that failed: it is built again.
    void forget(const std::string& object);
    /// A file named on the command line that had no errors and gave no warnings.
    void put_file(const std::string& path, const std::string& object, const std::string& key,
                  DiskSource&);
    /// Another process wrote its store meanwhile: all of it is taken over but the objects and files
    /// of this run.
    void merge(const DependencyStore& theirs);
    /// Forget objects and files whose template has gone.
    void prune();

private:
    /// A file as it was when something was made from it. The same file may be here in several
    /// versions.
    struct Version {
        std::string path;
        Hash hash{};
        Stamp stamp;
        bool trusted = false;  ///< old enough when it was looked at for its times to tell
    };
    struct Use {
        Dependency on;
        int32_t version = -1;  ///< of on.path, when its contents matter
    };
    struct Object {
        uint32_t key = 0;
        std::vector<uint32_t> uses;
        std::vector<std::string> with;
        std::vector<Output> outputs;
    };
    struct Given {
        int32_t version;
        std::string object;
        uint32_t key = 0;
    };
    /// How a file is now.
    struct Now {
        bool there = false, hashed = false, settled = false;
        Stamp stamp;
        Hash hash{};
    };
    /// A folder in which files were looked for and not found.
    struct Folder {
        int asked = 0;
        bool read = false;
        std::unordered_set<std::string> names;
    };
    Now& now(const std::string& path);
    bool there(const std::string& path);
    bool same(Version&);
    bool ignored(std::string_view name) const;
    const std::optional<std::string>& judge(uint32_t use);
    void index();
    uint32_t key(const std::string&);
    uint32_t version(const Version&);
    uint32_t use(const Dependency&, int32_t version);
    std::optional<uint32_t> version_of(const std::string& path, DiskSource&);

    std::vector<std::string> keys_;
    std::vector<Version> versions_;
    std::vector<Use> uses_;
    std::map<std::string, Object> objects_;
    std::map<std::string, Given> given_;
    bool changed_ = false;

    // To find what is there already: made when something is put in.
    bool indexed_ = false;
    std::map<std::pair<std::string, Hash>, uint32_t> version_numbers_;
    std::map<std::pair<Dependency, int32_t>, uint32_t> use_numbers_;

    // This run
    std::string ignore_;
    std::unordered_map<std::string, Now> now_;
    std::unordered_map<std::string, Folder> folders_;
    std::vector<std::pair<bool, std::optional<std::string>>>
        judged_;                                       ///< by use: looked at? then why not, if not
    std::unordered_map<std::string, uint32_t> fresh_;  ///< versions of files read
    std::unordered_map<const Dependency*, uint32_t> of_this_run_;  ///< their uses
    std::set<std::string> touched_objects_, touched_files_;
};

}  // namespace weft::compiler

// One profile under construction: its tree, variables, types, functions, bindings, and the
// statements that fill them.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/compile.hh"
#include "compiler/evaluate/eval.hh"
#include "compiler/evaluate/state.hh"
#include "compiler/text/ast.hh"
#include "compiler/text/derive.hh"

namespace weft::compiler {

class Library;
struct Search;

class Object {
public:
    Object(Library&, const Options&, std::string name, const Search&, Memo* = nullptr);
    /// The memory of the thread that works on it now; nullptr: none.
    void use(Memo* m) { state_.use(m); }
    Memo* memo() const { return state_.memo(); }
    /// What its code reads and changes.
    State& state() { return state_; }

    // ---- phases; TemplateError on failure
    void execute();
    void defaults();
    void validate();

    /// Where it looks for names.
    const Search& search() const { return search_; }
    const std::string& name() const { return name_; }
    const std::set<std::string>& references() const { return references_; }
    const Template* main_template() const { return main_.get(); }
    bool validating() const { return validating_; }
    Library& library() const { return library_; }
    const Options& options() const { return options_; }

    // ---- for expressions
    Element create(const Expr& at, std::string_view name, std::span<const Element> pairs);
    /// value(path): what is there now, as a value of its own; nothing when there is nothing.
    std::optional<Element> value(const Expr& at, std::string_view path);
    /// The element at a path, absolute, relative or another object's; nullptr if there is none.
    ///   whole   what is in it matters, not only that it is there
    const Element* find(const Expr& at, const PanPath&, bool whole = true);
    /// A hint why there is nothing at the path; empty when there is none to give.
    std::string why_missing(const PanPath&);
    bool template_exists(const Expr& at, std::string_view name);
    /// The file's text (found through the load path); dependencies are recorded.
    Text read_file(const Expr& at, std::string_view name);
    bool file_exists(const Expr& at, std::string_view name);
    /// Does the value pass the type of that name? No defaults are applied.
    bool valid(const Expr& at, std::string_view type_name, const Element&);
    void print(std::string_view lines);
    Eval& eval() { return eval_; }
    Derive* derive() { return derive_.get(); }
    void derive_containers(Element& root, const Term* first, const Term* last, const Template*);
    const std::set<std::string>& records() const { return records_; }
    const std::set<std::string>& links() const { return links_; }
    /// A path was checked against a type that is a record, or a link: the dialect of 2002 asks.
    void checked_record(std::string path) { records_.insert(std::move(path)); }
    void checked_link(std::string path) { links_.insert(std::move(path)); }

private:
    Loaded& load(const Template* from, Span, std::string_view name);
    [[noreturn]] void fail_unlocated();
    void execute(Loaded&);
    void run(const Template&, bool again);
    void run(const Template&, const Statement&, bool again);
    void run_units(const Template&, bool again);
    void assign(const Template&, const Statement&);
    void variable(const Template&, const Statement&);
    void include(const Template&, const Statement&);
    void bind(const Template&, const Statement&);
    void define_type(const Template&, const Statement&);
    void define_function(const Template&, const Statement&);
    void check_types(const Template&, const FullType&);
    void check_types(const Template&, const TypeSpec&);
    void refresh_load_path(const Template&, const Statement&, const Element& value);
    [[noreturn]] void fail(const Template&, Span, std::string message, std::string hint = {},
                           ErrorClass = ErrorClass::evaluation);
    [[noreturn]] void fail(const Template&, Span, std::string message, std::string hint,
                           std::vector<Error::Frame> notes, ErrorClass = ErrorClass::evaluation);
    std::vector<Error::Frame> where_final(const std::function<bool(const Statement&)>& is_it) const;
    std::vector<Error::Frame> where_set(const Statement&);
    void check_final(const Template&, const Statement&);
    void mark_final(const Statement&);
    void put(const Template&, const Statement&, const State::Place&, Element value);
    /// Would a change at SELF's place show in what is read at this path?
    bool overlaps_self(const Element* root, const std::vector<Term>&) const;
    std::string substitute_path(const Template&, const Statement&);
    const FullType* find_default(const FullType&) const;
    const FullType* find_default(const TypeSpec&) const;
    void fill(const TypeSpec&, Element&);
    void fill_really(const TypeSpec&, Element&);
    void fill_child(const TypeSpec&, Element&, size_t);
    bool fill_rest(const TypeSpec&, Element&);
    bool wants_fill(const TypeSpec&) const;
    Element default_of(const FullType&);
    std::vector<const Binding*> ordered_bindings();

    Library& library_;
    const Options& options_;
    std::string name_;
    const Search& search_;
    State state_;
    Eval eval_;
    std::set<std::string> references_;
    TemplatePtr main_;
    bool validating_ = false;

    // The dialect of 2002
    const Element* find_old(const Expr& at, const PanPath&, TemplateKind);
    std::unique_ptr<Derive> derive_;
    std::deque<Element> private_trees_;  ///< of templates that are no objects and were looked into
    std::vector<const Template*>* structures_ =
        nullptr;  ///< structure templates of the create() that is running
    std::set<std::string> records_, links_;  ///< paths checked against such types
};

}  // namespace weft::compiler

// What the code of one object shares: its tree, global variables, types, functions, templates.
//
// All of it is private here, and what reads or changes it tells the recorder
// (compiler/reuse/memo.hh) by itself. Whoever looks without telling has to say why that is right:
// there is no other way to call such a function, so that forgetting to tell does not compile
// (t/compiler/state.t).
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/compile.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler {

class Memo;
class Object;
using TemplatePtr = std::shared_ptr<const Template>;

/// Why something is looked at without telling the recorder.
enum class Unrecorded : uint8_t {
    message,   ///< only the text of an error depends on it, and errors are never recorded
    recorder,  ///< the recorder itself asks: to compare, or to do again what was recorded
    finished,  ///< no code of the object is running
    compared,  ///< results are kept under the sum of all types, which is compared
    address,   ///< only where it is matters, not what is in it
};

struct Global {
    Element value;
    bool exists = false, final = false;
    /// What readers get of a value that two names share, which may change by either.
    mutable Element copy{};
    /// The value for who may keep it: frozen.
    const Element& shown() const;
};

struct TypeDefinition {
    const FullType* type = nullptr;
    const Template* in = nullptr;
    const Statement* statement = nullptr;
};

struct FunctionDefinition {
    const Block* block = nullptr;
    const Template* in = nullptr;
    const Statement* statement = nullptr;
};

struct Binding {
    std::vector<Term> path;
    const FullType* type;
    const Template* in;
    const Statement* statement;
};

struct Loaded {
    TemplatePtr tpl;
    bool executed = false;
};

/// The variable LOADPATH.
uint32_t loadpath_symbol();

class State {
public:
    State(Object&, Memo*, Element tree);
    State(const State&) = delete;

    /// The memory of the thread that works on the object now; nullptr: none.
    Memo* memo() const { return memo_; }
    void use(Memo* m) { memo_ = m; }
    /// Is somebody being told?
    bool recording() const { return recorder(); }
    /// What happens now depends on something that no record can tell, or cannot be done again.
    void unrepeatable();

    // ---- the tree
    /// The element at an absolute path; nullptr when there is none. EvalFailure when the path does
    /// not fit what is there.
    ///   whole   what is in it matters, not only that it is there
    const Element* find(const std::vector<Term>& path, bool whole);
    /// What relative paths begin at: the structure template being executed; nullptr: none is.
    const Element* relative_root();

    /// Where an assignment puts its value.
    class Place {
    public:
        const Element* there() const;  ///< nullptr when there is nothing
        Element& made() const;         ///< made as undef when there is nothing
        void remove() const;
        /// For the containers on the way, and for SELF.
        Element& root() const { return root_; }

    private:
        friend class State;
        Place(Element& root, const std::vector<Term>& terms) : root_(root), terms_(terms) {}
        Element& root_;
        const std::vector<Term>& terms_;
    };
    /// The place of an assignment statement, which is about to change it, or, when it is
    /// conditional, to see whether it has a value.
    Place to_assign(const Statement&);

    // ---- global variables
    /// nullptr if it does not exist.
    ///   below   the part of it that matters
    ///   whole   what is in that part matters, not only that it is there
    const Global* variable(uint32_t symbol, const std::vector<Term>& below = {}, bool whole = true);
    /// The variable that a variable statement is about to set, or, when it is conditional, to
    /// leave.
    Global& to_set(const Statement&);

    // ---- types, functions, bindings, finals
    const TypeDefinition* type(uint32_t symbol);
    uint64_t types_sum();  ///< equal sums, equal types
    const FunctionDefinition* function(uint32_t symbol);
    void add_type(uint32_t symbol, const TypeDefinition&);
    void add_function(uint32_t symbol, const FunctionDefinition&);
    void add_binding(Binding);
    void add_final(const std::vector<Term>&);
    /// A final path that is this one, above or below it. A record is not used again where one of
    /// the places it changes became final (Memo::holds), so nobody need be told.
    const std::vector<Term>* final_around(const std::vector<Term>& path) const;

    // ---- templates and files
    Loaded* loaded(Key name);  ///< nullptr when it was not loaded yet
    Loaded& add_loaded(Key name, TemplatePtr);
    /// It is about to be executed. True: not for the first time.
    bool execute(Loaded&);
    const std::vector<std::string>& load_path();
    void set_load_path(std::vector<std::string>);
    void depend(const Dependency* d) { dependencies_.push_back(d); }  ///< interned by the library

    // ---- names that change with the code that runs
    const Element& object_name();          ///< OBJECT
    const Template* statement_template();  ///< TEMPLATE
    const Key* function_name();            ///< FUNCTION
    /// Somebody looks for a local variable by its name: a loop around may set it.
    void local_by_name();
    /// What TEMPLATE and FUNCTION stand for, and what relative paths begin at, until the end of the
    /// scope; then as before.
    class Scope {
    public:
        explicit Scope(State& s)
            : state_(s),
              statement_(s.statement_template_),
              function_(s.function_),
              relative_(s.relative_root_),
              absolute_(s.absolute_root_) {}
        ~Scope();
        Scope(const Scope&) = delete;
        void statement_template(const Template* t) { state_.statement_template_ = t; }
        void function(const Key* k) { state_.function_ = k; }
        void relative_root(Element* e) { state_.relative_root_ = e; }
        void absolute_root(Element* e) { state_.absolute_root_ = e; }

    private:
        State& state_;
        const Template* statement_;
        const Key* function_;
        Element *relative_, *absolute_;
    };

    // ---- without telling
    Element& tree(Unrecorded) { return tree_; }
    /// Where assignments go: the tree, or that of a template of 2002 that is looked into.
    bool private_tree(Unrecorded) const { return absolute_root_ != &tree_; }
    Element* root(const Statement& s, Unrecorded) {
        return s.absolute ? absolute_root_ : relative_root_;
    }
    const Element* relative_root(Unrecorded) const { return relative_root_; }
    Global* variable(uint32_t symbol, Unrecorded);
    void set_variable(uint32_t symbol, Global, Unrecorded);
    const TypeDefinition* type(uint32_t symbol, Unrecorded) const;
    const std::vector<TypeDefinition>& types(Unrecorded) const { return types_; }
    uint64_t types_sum(Unrecorded) const { return types_sum_; }
    const FunctionDefinition* function(uint32_t symbol, Unrecorded) const;
    const std::vector<FunctionDefinition>& functions(Unrecorded) const { return functions_; }
    std::vector<Binding>& bindings(Unrecorded) { return bindings_; }
    bool any_final(Unrecorded) const { return !finals_.empty(); }
    const std::unordered_map<Key, Loaded>& templates(Unrecorded) const { return templates_; }
    void put_loaded(Key name, Loaded, Unrecorded);
    const std::vector<std::string>& load_path(Unrecorded) const { return load_path_; }
    std::vector<const Dependency*>& dependencies(Unrecorded) { return dependencies_; }
    const Template* statement_template(Unrecorded) const { return statement_template_; }
    const Key* function_name(Unrecorded) const { return function_; }

    /// What was added, in order, for records.
    struct Log {
        std::vector<uint32_t> types, functions;
        std::vector<const std::vector<Term>*> finals;
        std::vector<Key> loads;
        size_t load_paths = 0;  ///< how often LOADPATH was set
    };
    const Log& log() const { return log_; }

private:
    Memo* recorder() const;

    Object& object_;
    Memo* memo_;
    Element name_;
    Element tree_;
    Element* absolute_root_ = &tree_;
    Element* relative_root_ = nullptr;
    std::deque<Global> globals_;  ///< by symbol; places stay where they are
    std::vector<TypeDefinition> types_;
    uint64_t types_sum_ = 0;
    std::vector<FunctionDefinition> functions_;
    std::vector<Binding> bindings_;
    std::set<std::vector<Term>> finals_;
    std::unordered_map<Key, Loaded> templates_;
    std::vector<std::string> load_path_;
    std::vector<const Dependency*> dependencies_;
    const Template* statement_template_ = nullptr;
    const Key* function_ = nullptr;
    Log log_;
};

}  // namespace weft::compiler

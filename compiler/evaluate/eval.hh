// Running DML: expressions, control flow, calls, local variables and SELF.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler {

class Object;  // the profile under construction (compiler/evaluate/object.hh)

/// A local variable: undef is a value, "not set" is not.
struct Local {
    Element value;
    bool set = false;
};

/// What the name SELF means now.
struct Self {
    Element* place =
        nullptr;  ///< where it lives in the tree or among the variables; nullptr: no SELF
    bool read_only = false;  ///< validation
    const std::vector<Term>* path =
        nullptr;  ///< of place, in the tree or the structure template; nullptr: a variable
    const Element* root = nullptr;  ///< what path begins at
    const Self* outer = nullptr;
};

/// One entry of the call stack.
struct Frame {
    enum Kind : uint8_t { include, create, call } kind;
    const Template* from;  ///< the template that includes or calls
    Span span;             ///< where in it
    const Template* into = nullptr;
    const Frame* outer = nullptr;
};

class Eval {
public:
    /// Without an object: the empty world of compile time, where everything outside the block
    /// fails.
    Eval(const Options& options, Object* object);

    /// Run a block with fresh local variables.
    Element run(const Block&);
    Element eval(const Expr&);
    Element call_function(const Expr& call);

    // ---- for built-ins that get the call itself
    Object* object() { return object_; }
    const Options& options() const { return options_; }
    /// A mistake of the template at this place. In the empty world: just "not constant".
    [[noreturn]] void fail(const Expr& at, std::string message, std::string hint = {});
    /// What a built-in or an operator complains of, at the argument or operand it names.
    [[noreturn]] void fail(const Expr& call, const EvalFailure&);
    /// Give up quietly when there is no object: what follows needs one.
    void needs_world(const Expr& at);
    /// The variable's value or child, without an error when it is missing (nullptr) - SELF
    /// included.
    ///   tolerant   a subscript that does not fit is "missing" too
    const Element* find(const Expr& variable, bool tolerant = true);
    /// A place to change: variable or child, made as undef if missing, never of a global variable.
    Element& place(const Expr& variable);
    /// target = value, as the assignment does.
    Element assign(const Expr& target, Element value, bool want_result = true);
    void remove(const Expr& variable);
    /// Look up by name: local, then global; nullptr if there is none.
    const Element* variable_by_name(std::string_view name);
    /// Evaluate all arguments.
    std::vector<Element> arguments(const CallNode&, size_t from = 0);
    void start_return() { returning_ = true; }
    /// A resource must not end up inside itself.
    void check_cycle(const Expr& at, const Element& container, const Element& value);
    /// The value is on its way into SELF: the running statement sets it.
    void mark_origin(Element& e) const {
        if (origin_)
            e.set_origin(origin_);
    }
    /// For derivation lists: the value becomes a child here; a container was made here.
    void placed(Element&);
    void made(Element&);
    /// Who SELF is, and who it was around the code that runs.
    const Self* self_chain() const { return &self_; }
    const Template* current() const { return current_; }
    /// The local variables of the block that runs, to be told from those of others.
    const void* locals() const { return locals_; }
    int depth() const { return depth_; }
    /// The most frames there were since it was set.
    int deepest() const { return deepest_; }
    void set_deepest(int frames) { deepest_ = frames; }
    /// "[obj] text"
    std::string tagged(std::string_view text) const;
    std::vector<Error::Frame> trace() const;
    Element& own_self(const Expr& at);  ///< SELF to be changed; fails when it cannot

    /// An iterator of first() and next() over a resource, within the running block.
    struct Iterator {
        Element resource;
        size_t next = 0;
        uint32_t changes = 0;
        uint32_t variable = 0;  ///< symbol + 1; 0: none
    };
    std::vector<Iterator>& iterators();

    /// Who SELF is, whose code runs and which statement sets origins, until the end of the scope;
    /// then as before.
    class Scope {
    public:
        explicit Scope(Eval& e)
            : eval_(e), self_(e.self_), current_(e.current_), origin_(e.origin_) {}
        ~Scope() {
            eval_.self_ = self_;
            eval_.current_ = current_;
            eval_.origin_ = origin_;
        }
        Scope(const Scope&) = delete;
        /// The outer SELF, for Self::outer.
        const Self* outer() const { return &self_; }
        void self(const Self& s) { eval_.self_ = s; }
        void current(const Template* t) { eval_.current_ = t; }
        void origin(uint32_t o) { eval_.origin_ = o; }

    private:
        Eval& eval_;
        const Self self_;
        const Template* current_;
        uint32_t origin_;
    };

    struct Enter {  ///< RAII: one more frame
        Enter(Eval&, const Expr* at, Frame::Kind, const Template* from, Span, const Template* into);
        ~Enter();
        Eval& eval;
        Frame frame;
    };

private:
    struct Locals {
        const Block* block = nullptr;
        Local* slots = nullptr;
        std::unique_ptr<std::vector<Iterator>> iterators;
        Locals* outer = nullptr;
    };
    Element run_with(const Block&, Local* slots);
    Element read_variable(const Expr&, bool share);
    Element read_automatic(const Expr&);
    Element builtin_call(const Expr&);
    void derive_arguments(const Builtin&, std::span<Element>);
    void derive_result(const Builtin&, Element&);
    Element old_function(const Expr&, std::string_view name);
    Element block(const Expr&);
    Element if_else(const Expr&);
    [[noreturn]] void wrong_condition(const Expr&, const Element& value);
    std::vector<std::string> circle(const Template* into) const;
    Element loop(const Expr&);
    Element for_each(const Expr&);
    bool loop_unit(const Expr&, Element& value);
    Element logic(const Expr&);
    void terms(const Expr& variable, std::vector<Term>& out);
    const Element* find_upto(const Expr& variable, const std::vector<Term>& terms, size_t upto);
    [[noreturn]] void undefined(const Expr& variable, const std::vector<Term>& terms, size_t upto);
    void work(const Expr&, size_t units);
    void count_iteration(const Expr&, int& n);
    bool is_global(uint32_t symbol) const;

    const Options& options_;
    Object* object_;
    Locals* locals_ = nullptr;
    Self self_;
    const Frame* frames_ = nullptr;
    const Template* current_ = nullptr;  ///< whose code is running
    int depth_ = 0;                      ///< frames
    int deepest_ = 0;                    ///< most of them since somebody asked
    uint32_t origin_ = 0;                ///< of the assignment that is running
    bool returning_ = false;
};

/// Thrown in the empty world instead of a message.
struct NotConstant {};

/// The value as the tree may keep it: nothing in it is shared with a variable that could change it
/// later.
Element own_tree(Element value);

}  // namespace weft::compiler

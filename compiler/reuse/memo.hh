// What was evaluated before need not be evaluated again: while code runs, what it reads from
// outside and what it changes is recorded; where all it read is the same for a later object, its
// changes are put in place instead.
//
// One Memo serves the objects of one thread. Units of code are: some statements of a template
// (Plan), a create(), a loop in a block, the check of a list or dict against a type.
#pragma once
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/evaluate/object.hh"
#include "compiler/reuse/sharing.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler {

/// An address in the tree or of a global variable, or of something in it: one Spot for one address.
struct Spot {
    Spot* up = nullptr;
    uint32_t variable = 0;   ///< symbol + 1; 0: the tree
    std::vector<Term> path;  ///< from the root of the tree, or below the variable
};

/// A variable, or SELF, before or after a loop.
struct Kept {
    Element value = {};  ///< a property, or with a mark
    bool set = false;
    bool own = false;  ///< it was not frozen where it was
};

/// What a unit did once.
struct Record {
    struct Read {
        enum Kind : uint8_t {
            whole,
            presence,
            function,
            type,
            types,
            loaded,
            statement_of,
            search
        } kind;
        bool there = false;       ///< whole, presence; loaded: executed already
        bool final = false;       ///< of a variable
        bool any_origin = false;  ///< a property of which only the value mattered, not who set it
        uint32_t symbol = 0;
        uint32_t step = 0;  ///< which statement of the unit looked first
        Spot* spot = nullptr;
        const void* pointer = nullptr;  ///< the definition or template
        uint64_t number = 0;
        Key name;
        Element value;
    };
    struct Write {
        Spot* spot;
        bool there, final;
        Element value;
    };
    struct Load {
        Key name;
        TemplatePtr tpl;
        bool executed;
    };
    std::vector<Read> reads;
    std::vector<Write> writes;  ///< none below another
    std::vector<std::pair<uint32_t, TypeDefinition>> types;
    std::vector<std::pair<uint32_t, FunctionDefinition>> functions;
    std::vector<Binding> bindings;
    std::vector<const std::vector<Term>*> finals;
    std::vector<Load> loads;
    std::vector<const Dependency*> dependencies;
    bool load_path_changed = false;
    std::vector<std::string> load_path;
    int depth = 0;    ///< frames below the unit's own
    size_t work = 0;  ///< see limits.hh
    Element result;
    std::vector<Kept> before, after;  ///< of a loop
    uint64_t context = 0;             ///< what else must be the same

    /// Find the reads whose origin is in nothing that was written.
    void forget_origins();
};
using RecordPtr = std::shared_ptr<const Record>;

/// The records of one unit, the last used first, and whether keeping them has paid.
struct Unit {
    std::vector<RecordPtr> records;
    uint32_t hits = 0, misses = 0;
    bool given_up = false;
    /// Gives up when after so many misses there were fewer hits.
    void keep(std::shared_ptr<Record>, uint32_t patience = 16);
};

/// How the statements of one template are cut into units.
struct Plan {
    struct Segment {
        size_t first, last;  ///< statements [first, last)
        Unit unit;
        /// Different for so many objects that it should be cut.
        bool varies() const {
            return last - first > 1 && unit.misses > 2 && unit.hits < unit.misses;
        }
    };
    std::vector<std::shared_ptr<Segment>> segments;
    std::shared_ptr<Segment> at(size_t statement) const;
    /// Why a segment is cut at a statement: it reads what the ones before changed, it is different
    /// for many objects, nothing can be kept of it.
    enum Why : uint8_t { before, varies, hopeless };
    void split(const Template&, const Segment&, size_t statement, Why);
    void add(const Template&, size_t first, size_t last,
             std::vector<std::shared_ptr<Segment>>& out);
};

class Recording;

class Memo {
public:
    Memo() : tree_(std::make_unique<Spot>()) {}

    bool recording() const { return top_; }

    // ---- units
    /// A record of the unit whose reads are as recorded; nullptr: *failed is the step of a read
    /// that is not.
    RecordPtr match(Object&, Unit&, uint64_t context, uint32_t* failed = nullptr);
    /// Do again what was recorded.
    void replay(Object&, const Record&);
    Plan& plan(const Template&, bool again);
    Unit& creation(const Template& t) { return creations_[&t]; }
    Unit& loop(const Expr& e) { return loops_[&e]; }
    /// The local variables that code mentions.
    const std::vector<int32_t>& slots(const Expr&);

    Sharing sharing;

    // ---- values against types
    /// Whether it has paid to remember what passed this type.
    Unit& check(const FullType& f) { return checks_[&f]; }
    /// The value, a property or one with a mark, passed the type before, and would again.
    bool passed(Object&, const FullType&, const Element&);
    void keep_passed(Object&, const FullType&, const Element&, std::shared_ptr<Record>);
    /// What filling in defaults made of the value with this mark; nullptr when not known.
    const Element* filled(Object&, const TypeSpec&, const Element&);
    void keep_filled(Object&, const TypeSpec&, const Element& from, const Element& to, size_t work);
    /// Does the type lead to links? Then filling looks elsewhere in the tree.
    bool has_links(Object&, const TypeSpec&);
    /// Elements in what has this mark, all with a value; 0: not known.
    uint32_t& complete(uint32_t mark);

    /// All reads are as recorded, and the limits would be kept. *failed: the step of the first that
    /// is not.
    bool holds(Object&, const Record&, uint64_t context, uint32_t* failed);

private:
    friend class Recording;
    // What State tells of, when something is being recorded.
    friend class State;
    /// Something that no record can tell: printed text, another object, the object's own name.
    void spoil();
    void tree_read(Object&, const std::vector<Term>&, bool whole);
    void tree_write(Object&, const std::vector<Term>&);
    void variable_read(Object&, uint32_t symbol, const std::vector<Term>& below, bool whole);
    void variable_write(Object&, uint32_t symbol);
    void function_read(Object&, uint32_t symbol);
    void type_read(Object&, uint32_t symbol);
    void types_read(Object&);
    void loaded_read(Object&, Key name);
    void statement_of_read(Object&);
    void search_read(Object&);  ///< which folders it looks into
    void function_name_read(Object&);
    void relative_read(Object&);  ///< the structure template being executed
    void local_read(Object&);     ///< a local variable, found by its name only when running

    Spot* spot(uint32_t variable, const Term* first, const Term* last);
    bool holds(Object&, const Record::Read&);
    void read(Record::Read);
    /// Gives it a mark. False: it is not frozen, and something in it is known by two names, which a
    /// copy would not be.
    bool give_mark(Element&);
    bool touches_self(Object&, const Global*, const Term* first, const Term* last) const;

    struct Step {
        Spot* up;
        Term term;
        bool operator==(const Step&) const = default;
    };
    struct StepHash {
        size_t operator()(const Step& s) const {
            return (reinterpret_cast<uintptr_t>(s.up) >> 4) * 0x9E3779B97F4A7C15u +
                   (s.term.key ? s.term.key.hash() : uint32_t(s.term.index));
        }
    };
    Recording* top_ = nullptr;
    std::unique_ptr<Spot> tree_;
    std::unordered_map<uint32_t, std::unique_ptr<Spot>> variables_;
    std::unordered_map<Step, std::unique_ptr<Spot>, StepHash> spots_;
    std::unordered_map<const Template*, Plan> plans_[2];
    std::unordered_map<const Template*, Unit> creations_;
    std::unordered_map<const Expr*, Unit> loops_;
    std::unordered_map<const Expr*, std::vector<int32_t>> slots_;
    std::unordered_map<const FullType*, Unit> checks_;

    // Tables in which a newer entry takes the place of an older one.
    struct Passed {
        const FullType* type = nullptr;
        uint64_t types = 0;
        Element value;  ///< a property
        uint32_t mark = 0;
        size_t work = 0;  ///< when there is nothing else to remember
        RecordPtr record;
    };
    struct Filled {
        const TypeSpec* type = nullptr;
        uint64_t types = 0;
        uint32_t mark = 0;
        size_t work = 0;
        Element value;
    };
    Passed& passed_slot(const FullType&, const Element&);
    Filled& filled_slot(const TypeSpec& t, uint32_t mark);
    std::vector<Passed> passed_ = std::vector<Passed>(1 << 15);
    std::vector<Filled> filled_ = std::vector<Filled>(1 << 13);
    std::vector<std::pair<uint32_t, uint32_t>> complete_ =
        std::vector<std::pair<uint32_t, uint32_t>>(1 << 14);
    std::map<std::pair<const TypeSpec*, uint64_t>, bool> links_;
};

/// A unit being recorded, for as long as it lives.
class Recording {
public:
    explicit Recording(Object&);
    /// Not finished: an exception is passing, and nobody around has seen all.
    ~Recording();
    /// No record will come of it.
    bool dead() const { return state_ != recording; }
    Plan::Why why() const { return state_ == spoilt ? Plan::hopeless : Plan::before; }
    std::shared_ptr<Record> finish();  ///< nullptr when dead
    uint32_t step = 0;

private:
    friend class Memo;
    enum State : uint8_t { recording, detached, spoilt } state_ = recording;
    struct Seen {
        bool whole = false, presence = false, written = false, below = false;
    };
    bool covered(const Spot*) const;
    bool note(
        const Record::Read&);  ///< false: a read that mixes old and new; the recording has ended
    void written(Spot*);
    void detach();
    void leave();

    Object& object_;
    Memo& memo_;
    Recording* outer_;
    std::shared_ptr<Record> record_ = std::make_shared<Record>();
    std::unordered_map<const Spot*, Seen> seen_;
    std::unordered_set<uint64_t> names_;
    std::vector<Spot*> writes_;
    size_t types_, functions_, bindings_, finals_, loads_, dependencies_, load_paths_;
    int depth_, deepest_;
    size_t work_;
    const Element* relative_;
    bool left_ = false;
    const Key* function_;
    const void* locals_;
    const Template* statement_of_;
};

}  // namespace weft::compiler

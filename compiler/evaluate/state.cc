// Reading and changing what the code of one object shares, and telling the recorder of it.
#include "compiler/evaluate/state.hh"

#include <algorithm>

#include "compiler/evaluate/object.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/reuse/memo.hh"

namespace weft::compiler {

uint32_t loadpath_symbol() {
    static const uint32_t s = symbol(Name::variable, "LOADPATH");
    return s;
}

const Element& Global::shown() const {
    if (value.frozen() || value.sole()) {
        const_cast<Element&>(value).freeze();
        return value;
    }
    if (!copy.is_defined()) {
        copy = own_tree(value);
        copy.freeze();
    }
    return copy;
}

State::State(Object& object, Memo* memo, Element tree)
    : object_(object),
      memo_(memo),
      name_(Element::of_string(object.name())),
      tree_(tree.is(Kind::dict) ? std::move(tree) : Element::new_dict()) {
    globals_.resize(std::max<size_t>(symbol_count(Name::variable) + 64, loadpath_symbol() + 1));
    globals_[loadpath_symbol()] = {Element::new_list(), true, false};
}

Memo* State::recorder() const { return memo_ && memo_->recording() ? memo_ : nullptr; }

void State::unrepeatable() {
    if (Memo* m = recorder())
        m->spoil();
}

State::Scope::~Scope() {
    state_.statement_template_ = statement_;
    state_.function_ = function_;
    state_.relative_root_ = relative_;
    state_.absolute_root_ = absolute_;
}

// ---- the tree ----------------------------------------------------------------------------------

const Element* State::find(const std::vector<Term>& path, bool whole) {
    const Term *first = path.data(), *last = first + path.size();
    if (Memo* m = recorder()) {
        const Element* e = look_up(tree_, first, last);
        m->tree_read(object_, path, whole);
        return e;
    }
    if (absolute_root_ != &tree_)
        if (const Element* e = look_up(*absolute_root_, first, last))
            return e;
    return look_up(tree_, first, last);
}

const Element* State::relative_root() {
    if (Memo* m = recorder())
        m->relative_read(object_);
    return relative_root_;
}

const Element* State::Place::there() const {
    return look_up(root_, terms_.data(), terms_.data() + terms_.size());
}

Element& State::Place::made() const {
    return *place_at(root_, terms_.data(), terms_.data() + terms_.size());
}

void State::Place::remove() const {
    remove_at(root_, terms_.data(), terms_.data() + terms_.size());
}

State::Place State::to_assign(const Statement& s) {
    Place place(s.absolute ? *absolute_root_ : *relative_root_, s.terms);
    Memo* m = recorder();
    if (!m || !s.absolute)
        return place;
    bool has_value = false;
    if (s.conditional) {
        m->tree_read(object_, s.terms, true);
        const Element* e = place.there();
        has_value = e && !e->is(Kind::undef);
    }
    if (!has_value)
        m->tree_write(object_, s.terms);
    return place;
}

// ---- global variables --------------------------------------------------------------------------

Global* State::variable(uint32_t symbol, Unrecorded) {
    return symbol < globals_.size() && globals_[symbol].exists ? &globals_[symbol] : nullptr;
}

const Global* State::variable(uint32_t symbol, const std::vector<Term>& below, bool whole) {
    if (Memo* m = recorder())
        m->variable_read(object_, symbol, below, whole);
    return variable(symbol, Unrecorded::recorder);
}

Global& State::to_set(const Statement& s) {
    if (s.symbol >= globals_.size())
        globals_.resize(symbol_count(Name::variable) + 64);
    Global& g = globals_[s.symbol];
    if (Memo* m = recorder()) {
        if (s.conditional && !s.final && g.exists && !g.value.is(Kind::undef))
            m->variable_read(object_, s.symbol, {}, true);
        else
            m->variable_write(object_, s.symbol);
    }
    if (!g.exists)
        g = {Element(), true, false};
    return g;
}

void State::set_variable(uint32_t symbol, Global g, Unrecorded) {
    if (symbol >= globals_.size())
        globals_.resize(symbol + 64);
    globals_[symbol] = std::move(g);
}

// ---- types, functions, bindings, finals --------------------------------------------------------

const TypeDefinition* State::type(uint32_t symbol, Unrecorded) const {
    return symbol < types_.size() && types_[symbol].type ? &types_[symbol] : nullptr;
}

const TypeDefinition* State::type(uint32_t symbol) {
    if (Memo* m = recorder())
        m->type_read(object_, symbol);
    return type(symbol, Unrecorded::recorder);
}

uint64_t State::types_sum() {
    if (Memo* m = recorder())
        m->types_read(object_);
    return types_sum_;
}

const FunctionDefinition* State::function(uint32_t symbol, Unrecorded) const {
    return symbol < functions_.size() && functions_[symbol].block ? &functions_[symbol] : nullptr;
}

const FunctionDefinition* State::function(uint32_t symbol) {
    if (Memo* m = recorder())
        m->function_read(object_, symbol);
    return function(symbol, Unrecorded::recorder);
}

void State::add_type(uint32_t symbol, const TypeDefinition& d) {
    if (symbol >= types_.size())
        types_.resize(std::max<size_t>(symbol_count(Name::type), symbol) + 64);
    types_[symbol] = d;
    // Of any order of definition, but not of any set of definitions, the same sum.
    uint64_t h = reinterpret_cast<uintptr_t>(d.type) * 0x9E3779B97F4A7C15u;
    h = (h ^ h >> 29) * 0xBF58476D1CE4E5B9u;
    types_sum_ += h ^ h >> 32;
    if (memo_)
        log_.types.push_back(symbol);
}

void State::add_function(uint32_t symbol, const FunctionDefinition& d) {
    if (symbol >= functions_.size())
        functions_.resize(std::max<size_t>(symbol_count(Name::function), symbol) + 64);
    functions_[symbol] = d;
    if (memo_)
        log_.functions.push_back(symbol);
}

void State::add_binding(Binding b) { bindings_.push_back(std::move(b)); }

void State::add_final(const std::vector<Term>& path) {
    finals_.insert(path);
    if (memo_)
        log_.finals.push_back(&path);
}

const std::vector<Term>* State::final_around(const std::vector<Term>& path) const {
    if (finals_.empty())
        return nullptr;
    std::vector<Term> above;
    for (size_t n = 0; n <= path.size(); n++) {
        if (auto it = finals_.find(above); it != finals_.end())
            return &*it;
        if (n < path.size())
            above.push_back(path[n]);
    }
    auto it = finals_.lower_bound(path);
    return it != finals_.end() && it->size() >= path.size() &&
                   std::equal(path.begin(), path.end(), it->begin())
               ? &*it
               : nullptr;
}

// ---- templates and files -----------------------------------------------------------------------

Loaded* State::loaded(Key name) {
    if (Memo* m = recorder())
        m->loaded_read(object_, name);
    auto it = templates_.find(name);
    return it == templates_.end() ? nullptr : &it->second;
}

Loaded& State::add_loaded(Key name, TemplatePtr t) {
    if (memo_)
        log_.loads.push_back(name);
    return templates_.emplace(name, Loaded{std::move(t), false}).first->second;
}

void State::put_loaded(Key name, Loaded l, Unrecorded) {
    templates_[name] = std::move(l);
    log_.loads.push_back(name);
}

bool State::execute(Loaded& l) {
    if (!l.executed && memo_)
        log_.loads.push_back(Key(l.tpl->name));
    return std::exchange(l.executed, true);
}

const std::vector<std::string>& State::load_path() {
    if (Memo* m = recorder()) {
        m->variable_read(object_, loadpath_symbol(), {}, true);
        m->search_read(object_);
    }
    return load_path_;
}

void State::set_load_path(std::vector<std::string> path) {
    load_path_ = std::move(path);
    log_.load_paths++;
}

// ---- names that change with the code that runs -------------------------------------------------

const Element& State::object_name() {
    unrepeatable();
    return name_;
}

const Template* State::statement_template() {
    if (Memo* m = recorder())
        m->statement_of_read(object_);
    return statement_template_;
}

const Key* State::function_name() {
    if (Memo* m = recorder())
        m->function_name_read(object_);
    return function_;
}

void State::local_by_name() {
    if (Memo* m = recorder())
        m->local_read(object_);
}

}  // namespace weft::compiler

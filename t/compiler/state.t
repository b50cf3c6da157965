#!/bin/sh
# What the code of an object shares cannot be read or changed without telling the recorder: a line
# that forgets it does not compile.
. t/lib.sh

compile() { # compile FILE: the compiler's messages
    ${CXX:-g++} -std=c++20 -fsyntax-only -fmax-errors=0 -I "$WEFT_SRC" "$1" 2>&1
}

cat >told.cc <<'EOF'
#include "compiler/evaluate/object.hh"
using namespace weft::compiler;
const void* a(State& s) { return s.variable(1); }
const void* b(State& s) { return s.find({}, true); }
const void* c(State& s) { return s.type(1); }
const void* d(State& s) { return s.function(1); }
const void* e(State& s) { return s.function_name(); }
const void* f(State& s) { return s.statement_template(); }
const void* g(State& s) { return s.relative_root(); }
size_t h(State& s) { return s.load_path().size(); }
const void* i(State& s) { return s.variable(1, Unrecorded::message); }
EOF
cat >forgotten.cc <<'EOF'
#include "compiler/evaluate/object.hh"
#include "compiler/reuse/memo.hh"
using namespace weft::compiler;
const void* a(State& s) { return &s.globals_[1]; }
const void* b(State& s) { return &s.tree(); }
const void* c(State& s) { return &s.types(); }
const void* d(State& s) { return &s.functions(); }
const void* e(State& s) { return s.function_; }
const void* f(State& s) { return s.statement_template_; }
const void* g(State& s) { return s.relative_root_; }
size_t h(State& s) { return s.load_path_.size(); }
const void* i(State& s) { return &s.templates(); }
void j(State& s) { s.variable(1)->value = weft::Element(); }
void k(State& s) { s.set_variable(1, {}); }
void l(Memo& m, Object& o) { m.type_read(o, 1); }
const void* m(Object& o) { return &o.tree_; }
const void* n(State& s) { return &s.bindings(); }
void o(State& s) { s.find({}, true)->set_origin(1); }
EOF

ok 'reading through the functions that tell, or saying why not, compiles' '
    compile told.cc'
compile forgotten.cc >errors
for line in $(seq 4 18); do
    ok "does not compile: $(sed -n "${line}p" forgotten.cc)" "
        grep -q '^forgotten.cc:$line:.*error' errors"
done
done_testing

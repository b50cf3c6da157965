// A look at the compiler at work: what --explain and --logging are made of.
#pragma once
#include <cstdint>
#include <string>

#include "compiler/evaluate/eval.hh"

namespace weft::compiler {

class Object;

/// Told of what happens, from the threads where it happens; one object is never on two threads at
/// once.
class Watch {
public:
    virtual ~Watch() = default;
    enum Phase : uint8_t { compile, build, execute, defaults, valid1, valid2, write };
    /// A phase of an object; of compile: of a file.
    virtual void phase(Phase, const std::string& name, bool begins) { (void)name, (void)begins; }
    /// An included template, a create(), a call of a user's function.
    ///   at   the call; nullptr for an include
    virtual void enter(Frame::Kind, const Expr* at, const Template* into) { (void)at, (void)into; }
    virtual void leave() {}
    /// An assignment statement; when it fails there is no end.
    virtual void assign(Object&, const Template&, const Statement&, bool begins) { (void)begins; }
    /// Before and after missing values came from the types; after the checks.
    virtual void filled(Object&, bool begins) { (void)begins; }
    virtual void checked(Object&, const std::string& failure) { (void)failure; }
};

}  // namespace weft::compiler

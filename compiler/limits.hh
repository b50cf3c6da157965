// What a template may make before we say no: the guards against values that contain themselves or
// grow without end.
#pragma once
#include <cstddef>
#include <string_view>

#include "base/noun/element.hh"

namespace weft::compiler {

inline constexpr size_t max_depth = 2000;              ///< levels of lists and dicts
inline constexpr size_t max_elements = 10'000'000;     ///< of one value that is copied or printed
inline constexpr size_t max_text = size_t(256) << 20;  ///< bytes of one string

/// What one phase of one object may cost: an element made is a unit, a step of a loop ten, a call
/// twenty, 16 bytes of text one. A profile of 100,000 values needs a few million; what needs more
/// grows without end.
inline constexpr size_t max_work = 100'000'000;
/// What this thread may still spend.
inline thread_local constinit size_t work_left = max_work;
/// EvalFailure when the work is used up.
[[noreturn]] void out_of_work();
inline void spend(size_t units) {
    if (units > work_left)
        out_of_work();
    work_left -= units;
}
/// Counts the work of one phase from here to the end of the scope.
struct WorkMeter {
    explicit WorkMeter(size_t units = max_work) { work_left = units; }
    ~WorkMeter() { work_left = outer; }
    size_t outer = work_left;
};

/// EvalFailure when the value is deeper or larger than that, which is what a list inside itself is.
void check_finite(std::string_view function, const Element&);
/// EvalFailure when a result has more bytes than a string may have.
void check_text_size(std::string_view function, size_t bytes);

/// "a long", "a dict", "undef": a kind as messages say it.
std::string_view with_article(Kind);

}  // namespace weft::compiler

// What a template may make before we say no: the guards against values that contain themselves or grow
// without end.
#pragma once
#include <cstddef>
#include <string_view>

#include "base/noun/element.hh"

namespace weft::compiler {

inline constexpr size_t max_depth = 10000;           ///< levels of lists and dicts
inline constexpr size_t max_elements = 10'000'000;   ///< of one value that is copied or printed
inline constexpr size_t max_text = size_t(256) << 20;///< bytes of one string

/// EvalFailure when the value is deeper or larger than that, which is what a list inside itself is.
void check_finite(std::string_view function, const Element&);
/// EvalFailure when a result has more bytes than a string may have.
void check_text_size(std::string_view function, size_t bytes);

/// "a long", "a dict", "undef": a kind as messages say it.
std::string_view with_article(Kind);

}  // namespace weft::compiler

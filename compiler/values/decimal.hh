// Doubles in decimal and hexadecimal notation with a given number of digits, as format strings ask
// for.
#pragma once
#include <string>

namespace weft::compiler {

/// All three: of |x|, which is finite. Rounding is half up on the shortest digits that read back to
/// x, so 1.005 with two places is 1.01.
std::string fixed_text(double x, int places);       ///< "1.01"
std::string scientific_text(double x, int places);  ///< "1.01e+00"
/// `digits` significant ones: fixed from 0.0001 up to below 10^digits, else scientific.
std::string general_text(double x, int digits);
/// "0x1.8p1"; places < 0: as many as it takes.
std::string hexadecimal_text(double x, int places);

}  // namespace weft::compiler

// MD2, which templates may still ask for and crypto libraries no longer offer.
#pragma once
#include <string>
#include <string_view>

namespace weft::compiler {

/// The MD2 sum (RFC 1319) in lower-case hex.
std::string md2_hex(std::string_view text);

}  // namespace weft::compiler

// Files for editors, made from the compiler's own tables of words and built-in functions.
#pragma once
#include <string>

namespace weft::compiler {

std::string vim_syntax();        ///< syntax/pan.vim
std::string vim_completion();    ///< autoload/pan.vim
std::string emacs_mode();        ///< pan-mode.el
std::string textmate_grammar();  ///< JSON, for Visual Studio Code and others

}  // namespace weft::compiler

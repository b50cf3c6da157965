// A language server on two file descriptors.
#pragma once
#include "compiler/lsp/server.hh"

namespace weft::compiler::lsp {

/// Serve until the editor says "exit" or closes its end; the exit status. Error(65) when what comes
/// is not framed as messages are.
int serve(int in, int out, ServerOptions);

}  // namespace weft::compiler::lsp

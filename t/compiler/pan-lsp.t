#!/bin/sh
# pan-lsp over pipes, as an editor speaks with it (lsp_session.py).
. "${WEFT_SRC:-.}/t/lib.sh"
command -v python3 >/dev/null || skip_all 'no python3 here'
PYTHONDONTWRITEBYTECODE=1 python3 "$WEFT_SRC/t/compiler/lsp_session.py"
exit $?

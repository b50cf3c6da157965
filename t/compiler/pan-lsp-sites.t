#!/bin/sh
# pan-lsp in sites with clusters, links, and a disk that changes (lsp_sites.py).
. "${WEFT_SRC:-.}/t/lib.sh"
command -v python3 >/dev/null || skip_all 'no python3 here'
PYTHONDONTWRITEBYTECODE=1 python3 "$WEFT_SRC/t/compiler/lsp_sites.py"
exit $?

#!/bin/sh
# How fast pan-lsp starts and answers in a tree of about 1,000 templates (NODES sets how many).
#
#   make bench BENCH=...   or, with build/release/bin in PATH,   t/compiler/bench-lsp.sh
set -e
src=${WEFT_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d "${TMPDIR:-/tmp}/weft-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$src/t/compiler/site-gen" --nodes "${NODES:-960}" --out "$work/site"
echo "$(find "$work/site" -name '*.pan' | wc -l) templates, $(find "$work/site" -name '*.pan' -exec cat {} + | wc -c) bytes"
cd "$work"
node=$(cd site && find profiles -name '*.pan' | sort | head -1)
schema=$(cd site && find schema -name '*.pan' -size +1k | sort | head -1)
for file in "$node" "$schema"; do
    echo "-- in $file"
    PYTHONDONTWRITEBYTECODE=1 python3 "$src/t/compiler/lsp_bench.py" "$work/site" "$work/site/profiles:$work/site" "$file"
done

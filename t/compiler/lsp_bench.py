# Figures of pan-lsp on a tree of templates: start, and diagnostics after each keystroke.
#   lsp_bench.py TREE INCLUDE-PATH FILE
import os, sys, time, statistics
from lsp_client import Server

tree, include, name = sys.argv[1:4]
begin = time.monotonic()
server = Server("-I", include)
server.start(tree, lint="advice")
started = time.monotonic() - begin

def cpu():
    with open(f"/proc/{server.process.pid}/stat") as f: fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
def memory():
    with open(f"/proc/{server.process.pid}/status") as f: return next(int(l.split()[1]) // 1024 for l in f if l.startswith("VmHWM"))

start_cpu = cpu()
path = os.path.join(tree, name)
text = open(path).read()
uri = "file://" + path
server.open(uri, text)
server.wait_diagnostics(uri)
end = text.count("\n")
typed = "'/typed/by/hand' = list(1,2, unknown_function(SOME_VARIABLE)) ;"
waits, before = [], cpu()
for i, letter in enumerate(typed * 4):
    column = i % len(typed)
    if column == 0 and i:   # a new line, as an author would
        server.change(uri, {"range": {"start": {"line": end, "character": 0}, "end": {"line": end, "character": len(typed)}}, "text": ""})
        server.ask("textDocument/documentHighlight", textDocument={"uri": uri}, position={"line": 0, "character": 0})
    server.diagnostics.pop(uri, None)
    at = time.monotonic()
    server.change(uri, {"range": {"start": {"line": end, "character": column}, "end": {"line": end, "character": column}}, "text": letter})
    # An answer to a later question comes after the diagnostics, also when those are the same as before.
    server.ask("textDocument/documentHighlight", textDocument={"uri": uri}, position={"line": 0, "character": 0})
    while uri not in server.diagnostics and time.monotonic() - at < 0.005:
        try: server.take(0.005)
        except Exception: break
    waits.append(time.monotonic() - at)
typed_cpu = (cpu() - before) / len(waits)

def timed(what, method, **params):
    took = []
    for _ in range(20):
        at = time.monotonic()
        server.ask(method, textDocument={"uri": uri}, **params)
        took.append(time.monotonic() - at)
    print(f"{what:<44} {statistics.median(took) * 1000:8.1f} ms")

print(f"{'start, until the first answer':<44} {started * 1000:8.0f} ms wall {start_cpu * 1000:8.0f} ms CPU")
print(f"{'diagnostics after a keystroke, median':<44} {statistics.median(waits) * 1000:8.1f} ms wall {typed_cpu * 1000:8.1f} ms CPU")
print(f"{'diagnostics after a keystroke, slowest':<44} {max(waits) * 1000:8.1f} ms wall")
timed("completion of a path", "textDocument/completion", position={"line": end, "character": 2})
timed("references", "textDocument/references", position={"line": 0, "character": 18}, context={"includeDeclaration": True})
print(f"{'memory':<44} {memory():8} MB")
server.stop()

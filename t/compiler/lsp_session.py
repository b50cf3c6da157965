# pan-lsp as an editor meets it: one session over pipes, every claim a TAP line.
import os, sys, traceback
from lsp_client import Server, position

count = failed = 0
def claim(what):
    def run(f):
        global count, failed
        count += 1
        try:
            f()
            print(f"ok {count} - {what}")
        except Exception:
            failed = 1
            print(f"not ok {count} - {what}")
            print("".join("# " + l + "\n" for l in traceback.format_exc().splitlines()), end="")
        sys.stdout.flush()
    return run

files = {
    "lib/site/types.pan": """@{ desc = types of the site }
declaration template site/types;

@{ desc = a port number }
type port = long(1..65535);
type base_daemon = {
    'active' : boolean = true
};
type daemon = {
    include base_daemon
    @{ desc = where it listens }
    'port' : port = 80
    'level' ? choice('info', 'debug')
    'hosts' ? string[]
    'user' ? { 'name' : string 'uid' ? long }
};
bind '/software/httpd' = daemon;
""",
    "lib/site/functions.pan": """declaration template site/functions;

@{ desc = one more }
function increase = {
    number = ARGV[0];
    number + 1;
};
""",
    "lib/site/base.pan": """template site/base;

include 'site/types';
include 'site/functions';

variable HTTP_PORT ?= 8080;

prefix '/software/httpd';
'port' = increase(HTTP_PORT);
'level' = 'info';
""",
    "lib/os/el9/extra.pan": "template extra;\n\n'/extra' = 1;\n",
    "profiles/web01.pan": """object template web01;

variable LOADPATH = list('os/el9');
include 'site/base';
include 'extra';
""",
    "profiles/broken.pan": "template broken;\n\nvariable SPOILED = ;\n",
    "include-path": "profiles\nlib\n",
}
root = os.path.join(os.getcwd(), "a b")
for name, text in files.items():
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), "w") as f: f.write(text)
def uri(name): return "file://" + os.path.join(root, name).replace(" ", "%20")
def at(name, needle, into=0): return {"textDocument": {"uri": uri(name)}, "position": position(files[name], needle, into)}
def hover(name, needle, into=0): return server.ask("textDocument/hover", **at(name, needle, into))["contents"]["value"]
def where(locations):
    return sorted(f"{l['uri'].split('/')[-1]}:{l['range']['start']['line'] + 1}" for l in (locations if isinstance(locations, list) else [locations]))
def completed(text, name="lib/site/new.pan"):
    source = text.replace("|", "")
    server.open(uri(name), source)
    items = server.ask("textDocument/completion", textDocument={"uri": uri(name)}, position=position(text, "|"))["items"]
    server.notify("textDocument/didClose", textDocument={"uri": uri(name)})
    return {i["label"]: i for i in items}

server = Server()
base = "lib/site/base.pan"

@claim("it waits for initialize, and says what it can do")
def _():
    server.send({"id": "early", "method": "textDocument/hover", "params": {}})
    assert server.answer("early")["error"]["code"] == -32002
    capabilities = server.start(root.replace(" ", "%20"))["capabilities"]
    assert capabilities["textDocumentSync"]["change"] == 2 and capabilities["positionEncoding"] == "utf-16"
    assert capabilities["renameProvider"] == {"prepareProvider": True}

@claim("a good template has no diagnostics")
def _():
    server.open(uri(base), files[base])
    assert server.wait_diagnostics(uri(base)) == []

@claim("a syntax error shows while it is typed, and goes when it is mended")
def _():
    p = position(files[base], "'info'")
    server.change(uri(base), {"range": {"start": p, "end": {"line": p["line"], "character": p["character"] + 6}}, "text": ")"})
    d = server.wait_diagnostics(uri(base), lambda d: d)[0]
    assert d["source"] == "panc" and d["severity"] == 1 and d["message"].startswith("parse error: expected a value"), d
    assert d["range"] == {"start": p, "end": {"line": p["line"], "character": p["character"] + 1}}, d
    server.change(uri(base), {"range": d["range"], "text": "'info'"})
    assert server.wait_diagnostics(uri(base), lambda d: not d) == []

@claim("unknown functions, types and templates are told, with the nearest name")
def _():
    text = "template site/new;\n\ninclude 'site/tipes';\nbind '/x' = prot;\n'/y' = incraese(to_strin(1));\ninclude if_exists('not/there');\n"
    server.open(uri("lib/site/new.pan"), text)
    said = [d["message"] for d in server.wait_diagnostics(uri("lib/site/new.pan"), lambda d: d)]
    assert said == ["template 'site/tipes' is not found on the include path\nhint: did you mean 'site/types'?",
                    "the type 'prot' is defined nowhere in the workspace\nhint: did you mean 'port'?",
                    "the function 'incraese' is defined nowhere in the workspace\nhint: did you mean 'increase'?",
                    "the function 'to_strin' is defined nowhere in the workspace\nhint: did you mean 'to_string'?"], said

@claim("a template that lies outside the include path is told as such")
def _():
    aside = os.path.join(root, "aside.pan")
    with open(aside, "w") as f: f.write("template aside;\n")
    server.notify("workspace/didChangeWatchedFiles", changes=[{"uri": "file://" + aside.replace(" ", "%20"), "type": 1}])
    server.change(uri("lib/site/new.pan"), {"text": "template site/new;\n\ninclude 'aside';\n"})
    d = server.wait_diagnostics(uri("lib/site/new.pan"), lambda d: len(d) == 1)
    assert d[0]["message"].endswith("/a b/aside.pan', where the load path does not lead"), d
    os.unlink(aside)
    server.notify("workspace/didChangeWatchedFiles", changes=[{"uri": "file://" + aside.replace(" ", "%20"), "type": 3}])

@claim("positions are UTF-16 units: what stands behind other letters is found, and changed in the right place")
def _():
    server.change(uri("lib/site/new.pan"), {"text": "template site/new;\n\n'/x' = 'ä𝄞' + nowhere();\n"})
    d = server.wait_diagnostics(uri("lib/site/new.pan"), lambda d: len(d) == 1 and "nowhere" in d[0]["message"])
    assert d[0]["range"] == {"start": {"line": 2, "character": 15}, "end": {"line": 2, "character": 22}}, d
    server.change(uri("lib/site/new.pan"), {"range": {"start": {"line": 2, "character": 7}, "end": {"line": 2, "character": 24}}, "text": "'𝄞ü'"},
                  {"range": {"start": {"line": 2, "character": 8}, "end": {"line": 2, "character": 10}}, "text": "x"})
    assert server.wait_diagnostics(uri("lib/site/new.pan"), lambda d: not d) == []

@claim("the style checker's findings are there, with their rule, and can be fixed")
def _():
    server.change(uri("lib/site/new.pan"), {"text": "template site/new;\n\n'/x' = { unused = 1; list(1,2) };\n"})
    d = server.wait_diagnostics(uri("lib/site/new.pan"), lambda d: d)
    assert [(x["code"], x["severity"]) for x in d] == [("UN001", 2), ("LP007", 3)], d
    fixes = server.ask("textDocument/codeAction", textDocument={"uri": uri("lib/site/new.pan")}, range=d[1]["range"], context={"diagnostics": []})
    assert [f["title"] for f in fixes] == ["LP007: no blank behind a comma"], fixes
    assert fixes[0]["edit"]["changes"][uri("lib/site/new.pan")][0]["newText"] == " "
    server.notify("textDocument/didClose", textDocument={"uri": uri("lib/site/new.pan")})
    assert server.wait_diagnostics(uri("lib/site/new.pan"), lambda d: not d) == []

@claim("what only a build shows comes from a build of an object that has the file: a value its type refuses")
def _():
    server.change(uri(base), {"text": files[base].replace("8080", "808080")})
    while True:
        found = [(u, x) for u, l in server.diagnostics.items() for x in l if "65535" in x["message"]]
        if found: break
        server.take()
    u, x = found[0]
    assert "validation error" in x["message"] and "in object web01" in x["message"], x
    server.change(uri(base), {"text": files[base]})
    while any("65535" in x["message"] for l in server.diagnostics.values() for x in l): server.take()

@claim("hover: a variable, a function, a type with their annotations and places")
def _():
    h = hover(base, "HTTP_PORT)")
    assert "variable HTTP_PORT ?= 8080;" in h and "*site/base.pan:6*" in h, h
    h = hover(base, "increase(")
    assert "function increase = {" in h and "one more" in h and "*site/functions.pan:4*" in h, h
    h = hover("lib/site/types.pan", "port = 80")
    assert "type port = long(1..65535);" in h and "a port number" in h, h

@claim("hover: a path shows its type, a field its annotation, a built-in its signature, a template what it is")
def _():
    h = hover(base, "'port' =", 2)
    assert h.startswith("`/software/httpd/port`: `port`, required, default `80`") and "where it listens" in h, h
    assert "`choice('info', 'debug')`, optional" in hover("lib/site/types.pan", "'level'", 2)
    assert "declaration template **site/types**" in hover(base, "'site/types'", 3)
    assert "the number of arguments" not in hover("lib/site/functions.pan", "ARGV") and "the list of arguments" in hover("lib/site/functions.pan", "ARGV")
    assert "true or false" in hover("lib/site/types.pan", "boolean")
    assert server.ask("textDocument/hover", **at(base, "template site/base")) is None
    h = hover("profiles/web01.pan", "list(")
    assert h.startswith("```pan\nlist("), h

@claim("definition: templates over include path and load path, functions, types, variables, paths, local variables")
def _():
    define = lambda *a: where(server.ask("textDocument/definition", **at(*a)))
    assert define(base, "'site/types'", 3) == ["types.pan:2"]
    assert define("profiles/web01.pan", "'extra'", 3) == ["extra.pan:1"]
    assert define(base, "increase(") == ["functions.pan:4"]
    assert define(base, "HTTP_PORT)") == ["base.pan:6"]
    assert define("lib/site/types.pan", "daemon;") == ["types.pan:9"]
    assert define(base, "'level'", 2) == ["types.pan:13"]
    assert define("lib/site/functions.pan", "number + 1") == ["functions.pan:5"]

@claim("references over all files, with and without declarations")
def _():
    refs = lambda d, *a: where(server.ask("textDocument/references", **at(*a), context={"includeDeclaration": d}))
    assert refs(True, "lib/site/functions.pan", "increase") == ["base.pan:9", "functions.pan:4"]
    assert refs(False, "lib/site/functions.pan", "increase") == ["base.pan:9"]
    assert refs(True, "lib/site/types.pan", "base_daemon") == ["types.pan:10", "types.pan:6"]
    assert refs(True, "lib/site/functions.pan", "number") == ["functions.pan:5", "functions.pan:6"]
    assert refs(True, base, "'site/types'", 2) == ["base.pan:3", "types.pan:2"]

@claim("completion of paths: fields of the bound type, of what it includes, of records within, below a prefix")
def _():
    fields = {"active", "hosts", "level", "port", "user"}
    items = completed("template site/new;\n\n'/software/httpd/|' = 1;\n")
    assert set(items) == fields and items["port"]["detail"] == "port" and items["port"]["documentation"] == "where it listens\n", items
    assert items["level"]["detail"] == "choice('info', 'debug'), optional"
    assert set(completed("template site/new;\n\nprefix '/software/httpd';\n'p|")) == {"port"}
    assert set(completed("template site/new;\n\nprefix '/software/httpd';\n'user/|';")) == {"name", "uid"}
    assert set(completed("template site/new;\n\n'/soft|'")) == {"software"}
    assert set(completed("template site/new;\n\n'/x' = value('/software/httpd/user/|');")) == {"name", "uid"}
    assert set(completed("template site/new;\n\n'/software/httpd' = { SELF['|'] = 1; };")) == fields
    assert set(completed("template site/new;\n\n'/software/httpd/level' = '|';")) == {"info", "debug"}

@claim("completion of templates, types, functions and variables")
def _():
    assert set(completed("template site/new;\n\ninclude '|';\n")) == {"site/types", "site/functions", "site/base", "extra", "broken"}
    assert "port" in completed("template site/new;\n\ntype web = po|;\n") and "port" in completed("template site/new;\n\ntype web = { 'a' : |\n")
    items = completed("template site/new;\n\n'/x' = { mine = 1; inc|\n};\n")
    assert set(items) == {"increase"}, items
    assert "mine" in completed("template site/new;\n\n'/x' = { mine = 1; m| };\n") and "HTTP_PORT" in completed("template site/new;\n\n'/x' = http|;")
    assert completed("template site/new;\n\n'/x' = to_lo|;")["to_lowercase"]["detail"] == "to_lowercase(string)"
    assert set(completed("template site/new;\n\nin|")) == {"include"} and completed("template site/new;\n\n# in|") == {}

@claim("rename: everywhere for a function, in its block for a local variable")
def _():
    def edits(*a, name):
        r = server.ask("textDocument/rename", **at(*a), newName=name)["changes"]
        return sorted((u.split("/")[-1], e["range"]["start"]["line"] + 1, e["newText"]) for u, l in r.items() for e in l)
    assert edits(base, "increase(", name="add_one") == [("base.pan", 9, "add_one"), ("functions.pan", 4, "add_one")]
    assert edits("lib/site/functions.pan", "number", name="n") == [("functions.pan", 5, "n"), ("functions.pan", 6, "n")]
    assert edits("lib/site/types.pan", "port = long", name="tcp_port") == [("types.pan", 5, "tcp_port"), ("types.pan", 12, "tcp_port")]
    assert server.ask("textDocument/prepareRename", **at(base, "increase("))["placeholder"] == "increase"
    assert server.ask("textDocument/prepareRename", **at(base, "'level'", 2)) is None

@claim("rename refuses what would break: keywords, names that are taken, built-ins, files that are not understood")
def _():
    def refused(*a, name):
        try: server.ask("textDocument/rename", **at(*a), newName=name)
        except RuntimeError as e: return str(e)
        raise AssertionError("not refused: " + name)
    assert "is no name" in refused(base, "increase(", name="while") and "is no name" in refused(base, "increase(", name="a-b")
    assert "built-in" in refused(base, "increase(", name="length")
    assert "already" in refused("lib/site/types.pan", "port = long", name="daemon")
    server.open(uri("profiles/broken.pan"), "template broken;\n\n'/a' = ;\n'/b' = increase(;\n")
    assert "syntax errors" in refused(base, "increase(", name="add_one")
    server.notify("textDocument/didClose", textDocument={"uri": uri("profiles/broken.pan")})

@claim("outlines of a document and of the workspace")
def _():
    s = server.ask("textDocument/documentSymbol", textDocument={"uri": uri("lib/site/types.pan")})
    assert [x["name"] for x in s] == ["port", "base_daemon", "daemon", "/software/httpd"], s
    assert [x["name"] for x in s[2]["children"]] == ["port", "level", "hosts", "user"]
    found = server.ask("workspace/symbol", query="HTTP_p")
    assert [(x["name"], x["containerName"]) for x in found] == [("HTTP_PORT", "site/base")], found

@claim("formatting is one edit, and none when there is nothing to do")
def _():
    server.open(uri("lib/site/new.pan"), "template site/new;\n\n'/a' = 1;\n'/b'=list(1,2);\n'/c' = 1;\n")
    e = server.ask("textDocument/formatting", textDocument={"uri": uri("lib/site/new.pan")}, options={})
    assert e == [{"range": {"start": {"line": 3, "character": 0}, "end": {"line": 4, "character": 0}}, "newText": "'/b' = list(1, 2);\n"}], e
    assert server.ask("textDocument/formatting", textDocument={"uri": uri(base)}, options={}) == []
    server.notify("textDocument/didClose", textDocument={"uri": uri("lib/site/new.pan")})

@claim("a file that appears on disk is known once the editor has told so, and gone when it is removed")
def _():
    new = os.path.join(root, "lib/site/late.pan")
    with open(new, "w") as f: f.write("template site/late;\n\nvariable LATE_ONE = 1;\n")
    server.notify("workspace/didChangeWatchedFiles", changes=[{"uri": "file://" + new.replace(" ", "%20"), "type": 1}])
    assert len(server.ask("workspace/symbol", query="LATE_ONE")) == 1
    os.unlink(new)
    server.notify("workspace/didChangeWatchedFiles", changes=[{"uri": "file://" + new.replace(" ", "%20"), "type": 3}])
    assert server.ask("workspace/symbol", query="LATE_ONE") == []

@claim("a request that is cancelled before its turn is answered so")
def _():
    import json
    block = b""
    for message in [{"id": 9000 + i, "method": "workspace/symbol", "params": {"query": ""}} for i in range(50)] + [{"method": "$/cancelRequest", "params": {"id": 9049}}]:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        block += b"Content-Length: %d\r\n\r\n" % len(body) + body
    server.raw(block)
    reply = server.answer(9049)
    assert "error" not in reply or reply["error"]["code"] == -32800, reply

@claim("what is no JSON, no request or not known is answered, and the session goes on")
def _():
    def raw(body): server.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    raw(b"{not json")
    raw(b"[" * 5000 + b"]" * 5000)
    raw(b"[]")
    raw(b'{"jsonrpc":"2.0","id":{},"method":"shutdown"}')
    codes = [server.answer(None)["error"]["code"] for _ in range(4)]
    assert codes == [-32700, -32700, -32600, -32600], codes
    for id, method, params, code in [(1, "no/such", {}, -32601), (2, "textDocument/hover", [], -32602), (3, "textDocument/hover", {"textDocument": 5}, -32602),
                                     (4, "textDocument/rename", {"textDocument": {"uri": uri(base)}, "position": {"line": -5, "character": 1e300}}, -32602),
                                     (5, "textDocument/hover", {"textDocument": {"uri": "file:///no/such.pan"}}, -32602)]:
        server.send({"id": f"bad{id}", "method": method, "params": params})
        reply = server.answer(f"bad{id}")
        assert reply["error"]["code"] == code, (method, reply)
    server.change(uri(base), {"range": {"start": {"line": 99999999, "character": 7}, "end": {"line": -1}}, "text": ""}, {"range": 7}, {})
    server.change(uri(base), {"text": files[base]})
    assert "function increase" in hover(base, "increase(")

@claim("after shutdown nothing is done any more, and exit ends it with 0")
def _():
    assert server.stop() == 0

@claim("exit without shutdown, the editor's end: status 1")
def _():
    other = Server()
    other.process.stdin.close()
    assert other.process.wait(60) == 1

@claim("a header that is none ends it with a message")
def _():
    import subprocess
    p = subprocess.run(["pan-lsp"], input=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", capture_output=True, timeout=60)
    assert p.returncode == 65 and b"no Content-Length" in p.stderr, p

@claim("the include path can be given by options, and lint be switched off")
def _():
    other = Server("-I", os.path.join(root, "lib"))
    other.ask("initialize", processId=None, rootUri=None, capabilities={"general": {"positionEncodings": ["utf-8", "utf-16"]}}, initializationOptions={"lint": "off"})
    other.open(uri("lib/site/new.pan"), "template site/new;\n\ninclude   'site/types';\n'/x' = 'ä'+nowhere();\n")
    d = other.wait_diagnostics(uri("lib/site/new.pan"))
    assert [x["source"] for x in d] == ["pan-lsp"] and d[0]["range"]["start"]["character"] == 12, d
    assert other.stop() == 0

print(f"1..{count}")
sys.exit(failed)

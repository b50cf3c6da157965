# pan-lsp in sites as they are: clusters with load paths of their own, linked libraries, a disk that changes behind the
# editor's back. Every claim a TAP line.
import os, shutil, sys, time, traceback
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

here = os.getcwd()
def put(name, text):
    os.makedirs(os.path.dirname(os.path.join(here, name)), exist_ok=True)
    with open(os.path.join(here, name), "w") as f: f.write(text)
def text_of(name):
    with open(os.path.join(here, name)) as f: return f.read()
def uri(name): return "file://" + os.path.join(here, name)
def start(*folders, watches=False):
    s = Server()
    s.capabilities = s.ask("initialize", processId=None, rootUri=None, workspaceFolders=[{"uri": uri(f), "name": f} for f in folders],
                           capabilities={"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": watches}}})["capabilities"]
    s.notify("initialized")
    return s
def open_file(s, name): s.open(uri(name), text_of(name))
def at(name, needle, into=0): return {"textDocument": {"uri": uri(name)}, "position": position(text_of(name), needle, into)}
def where(answer):
    return sorted(l["uri"][len(uri("")):] for l in (answer if isinstance(answer, list) else [answer] if answer else []))
# The errors of a file once all that was begun is done: nothing is published for a while.
def messages(s, name, good):
    d = s.wait_diagnostics(uri(name), lambda d: good([x["message"] for x in d if x["severity"] <= 2]))
    return [x["message"] for x in d if x["severity"] <= 2]
def completed(s, name, text):
    source = text.replace("|", "")
    s.open(uri(name), source)
    items = s.ask("textDocument/completion", textDocument={"uri": uri(name)}, position=position(text, "|"))["items"]
    s.open(uri(name), text_of(name))
    return sorted(i["label"] for i in items)
def settled(s, name):
    s.diagnostics.pop(uri(name), None)
    s.change(uri(name), {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "# x\n"})
    time.sleep(1)
    s.ask("textDocument/hover", textDocument={"uri": uri(name)}, position={"line": 0, "character": 0})
    s.change(uri(name), {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}, "text": ""})
    time.sleep(1)
    s.ask("textDocument/hover", textDocument={"uri": uri(name)}, position={"line": 0, "character": 0})
    return [x["message"] for x in s.diagnostics.get(uri(name), []) if x["severity"] <= 2]

# ---- clusters

for c, version in ("a", "2.0"), ("b", "1.0"):
    put(f"site/clusters/{c}/cluster.build.properties", f"cluster.pan.includes=lib/{version}\n")
    field = {"2.0": "new", "1.0": "old"}[version]
    put(f"site/clusters/{c}/profiles/{c}1.pan", f"object template {c}1;\n\ninclude 'lib/t';\n\nbind '/x' = t_x;\n'/x/{field}' = 1;\n")
    put(f"site/lib/{version}/lib/t.pan", f"declaration template lib/t;\n\ntype t_x = {{\n    '{field}' : long\n}};\n")
a1, b1 = "site/clusters/a/profiles/a1.pan", "site/clusters/b/profiles/b1.pan"

for folders in (("site",), ("site/clusters/a", "site/clusters/b"), ()):
    named = " and ".join(folders) or "no folder"

    @claim(f"with {named}: each object sees the library of its own cluster")
    def _():
        s = start(*folders)
        for f in a1, b1: open_file(s, f)
        assert settled(s, a1) == [], settled(s, a1)
        assert settled(s, b1) == []
        for f, library in (a1, "site/lib/2.0/lib/t.pan"), (b1, "site/lib/1.0/lib/t.pan"):
            assert where(s.ask("textDocument/definition", **at(f, "'lib/t'", 2))) == [library]
            assert where(s.ask("textDocument/definition", **at(f, "t_x"))) == [library]
        assert completed(s, a1, text_of(a1) + "'/x/|") == ["new"]
        assert completed(s, b1, text_of(b1) + "'/x/|") == ["old"]
        edit = s.ask("textDocument/rename", **at(a1, "t_x"), newName="t_y")["changes"]
        assert where([{"uri": u} for u in edit]) == [a1, "site/lib/2.0/lib/t.pan"], edit
        assert s.stop() == 0

@claim("what both clusters share ties them together for a rename")
def _():
    put("site/common/shared.pan", "template shared;\n\nvariable BOTH = 1;\n")
    for c, version in ("a", "2.0"), ("b", "1.0"):
        put(f"site/clusters/{c}/cluster.build.properties", f"cluster.pan.includes=lib/{version} common\n")
        put(f"site/clusters/{c}/profiles/{c}2.pan", f"object template {c}2;\n\ninclude 'shared';\n'/x' = BOTH;\n")
    s = start("site")
    f = "site/clusters/a/profiles/a2.pan"
    open_file(s, f)
    edit = s.ask("textDocument/rename", **at(f, "BOTH"), newName="ALL")["changes"]
    assert where([{"uri": u} for u in edit]) == [f, "site/clusters/b/profiles/b2.pan", "site/common/shared.pan"], edit
    assert s.stop() == 0

@claim("a folder that is added later is read, and its load path counts")
def _():
    s = start("site/clusters/a")
    assert s.capabilities["workspace"]["workspaceFolders"]["changeNotifications"]
    s.notify("workspace/didChangeWorkspaceFolders", event={"added": [{"uri": uri("site/clusters/b"), "name": "b"}], "removed": []})
    names = [x["name"] for x in s.ask("workspace/symbol", query="b1")]
    assert names == ["b1"], names
    s.notify("workspace/didChangeWorkspaceFolders", event={"added": [], "removed": [{"uri": uri("site/clusters/b"), "name": "b"}]})
    assert s.ask("workspace/symbol", query="b1") == []
    assert s.stop() == 0

@claim("a load path that is changed counts at once, and so does a setting")
def _():
    s = start("site")
    open_file(s, a1)
    put("site/clusters/a/cluster.build.properties", "cluster.pan.includes=lib/1.0 common\n")
    s.notify("workspace/didChangeWatchedFiles", changes=[{"uri": uri("site/clusters/a/cluster.build.properties"), "type": 2}])
    assert where(s.ask("textDocument/definition", **at(a1, "t_x"))) == ["site/lib/1.0/lib/t.pan"]
    s.notify("workspace/didChangeConfiguration", settings={"pan-lsp": {"includePath": [os.path.join(here, "site/lib/2.0"), os.path.join(here, "site/clusters/a/profiles")]}})
    assert where(s.ask("textDocument/definition", **at(a1, "t_x"))) == ["site/lib/2.0/lib/t.pan"]
    put("site/clusters/a/cluster.build.properties", "cluster.pan.includes=lib/2.0 common\n")
    assert s.stop() == 0

@claim("a name found twice is told at the include")
def _():
    put("site/clusters/a/cluster.build.properties", "cluster.pan.includes=lib/2.0 lib/1.0\n")
    s = start("site")
    open_file(s, a1)
    said = messages(s, a1, lambda m: m)
    assert said == [f"template 'lib/t' is found twice: '{here}/site/lib/2.0/lib/t.pan' counts, '{here}/site/lib/1.0/lib/t.pan' does not"], said
    put("site/clusters/a/cluster.build.properties", "cluster.pan.includes=lib/2.0 common\n")
    assert s.stop() == 0

# ---- links

@claim("linked folders are read, and a circle of links ends")
def _():
    put("elsewhere/core/fn.pan", "declaration template core/fn;\n\nfunction LIBF = ARGV[0];\ntype lib_t = long;\n")
    put("linked/o.pan", "object template o;\n\ninclude 'core/fn';\n\nbind '/x' = lib_t;\n'/x' = LIBF(1);\n")
    os.symlink("../elsewhere/core", "linked/core")
    for i in range(4):
        for j in range(4): os.symlink("../../linked", f"elsewhere/core/up{i}{j}") if i == j else None
    s = start("linked")
    open_file(s, "linked/o.pan")
    assert settled(s, "linked/o.pan") == []
    assert where(s.ask("textDocument/definition", **at("linked/o.pan", "LIBF"))) == ["linked/core/fn.pan"]
    # The file as it really is, open in the editor: its text counts for the linked name, too.
    s.open(uri("elsewhere/core/fn.pan"), text_of("elsewhere/core/fn.pan").replace("LIBF", "OTHER"))
    time.sleep(0.1)
    assert s.ask("textDocument/definition", **at("linked/o.pan", "LIBF")) in (None, [])
    assert s.stop() == 0

# ---- the disk

put("disk/o.pan", "object template o;\n\ninclude 'sub/i';\n\n'/x' = F(1);\n")
good = "declaration template sub/i;\n\nfunction F = ARGV[0] + 1;\n"
put("disk/sub/i.pan", good)

@claim("an error that a change on disk brings is told, and goes with it; no client need watch")
def _():
    for watches in True, False:
        put("disk/sub/i.pan", good)
        s = start("disk", watches=watches)
        open_file(s, "disk/o.pan")
        assert settled(s, "disk/o.pan") == []
        for text, wanted in (good.replace("ARGV[0] + 1", "error('boom')"), 1), (good, 0):
            put("disk/sub/i.pan", text)
            if watches: s.notify("workspace/didChangeWatchedFiles", changes=[{"uri": uri("disk/sub/i.pan"), "type": 2}])
            d = s.wait_diagnostics(uri("disk/sub/i.pan"), lambda d: len(d) == wanted)
            assert not wanted or "boom" in d[0]["message"]
        assert s.stop() == 0

@claim("a function that is renamed on disk is known by its new name, with its old one gone")
def _():
    put("disk/sub/i.pan", good)
    s = start("disk")
    open_file(s, "disk/o.pan")
    assert settled(s, "disk/o.pan") == []
    put("disk/sub/i.pan", good.replace("F =", "GG ="))
    said = messages(s, "disk/o.pan", lambda m: m)
    assert said == ["the function 'F' is defined nowhere in the workspace"], said
    assert "GG" in completed(s, "disk/o.pan", text_of("disk/o.pan") + "'/y' = G|")
    assert s.stop() == 0
    put("disk/sub/i.pan", good)

@claim("a folder that is moved is gone under its old name and known under its new one")
def _():
    s = start("disk")
    open_file(s, "disk/o.pan")
    assert settled(s, "disk/o.pan") == []
    shutil.move("disk/sub", "disk/sub2")
    said = messages(s, "disk/o.pan", lambda m: any("sub/i" in x for x in m))
    assert any("template 'sub/i'" in x for x in said), said
    assert s.ask("textDocument/definition", **at("disk/o.pan", "'sub/i'", 2)) is None
    found = where([x["location"] for x in s.ask("workspace/symbol", query="sub/i")])
    assert found == ["disk/sub2/i.pan"], found
    shutil.move("disk/sub2", "disk/sub")
    assert messages(s, "disk/o.pan", lambda m: not m) == []
    assert s.stop() == 0

# ---- what a build said moves with the text

@claim("an error of a build moves with its text while something else is unfinished, and goes with it")
def _():
    put("drift/o.pan", "object template o;\n\n'/a' = 1;\n'/s' = NAME;\n")
    s = start("drift")
    open_file(s, "drift/o.pan")
    u = uri("drift/o.pan")
    def undefined(d): return [x["range"]["start"] for x in d if "'NAME'" in x["message"]]
    assert undefined(s.wait_diagnostics(u, undefined)) == [{"line": 3, "character": 7}]
    def edit(line, character, end, text):
        s.change(u, {"range": {"start": {"line": line, "character": character}, "end": {"line": line, "character": end}}, "text": text})
    edit(2, 0, 0, "\n\n\n'/new' = ")
    assert undefined(s.wait_diagnostics(u, lambda d: len(d) > 1)) == [{"line": 6, "character": 7}]
    edit(6, 0, 0, "  ")
    assert undefined(s.wait_diagnostics(u, lambda d: undefined(d) != [{"line": 6, "character": 7}])) == [{"line": 6, "character": 9}]
    edit(6, 9, 13, "1")
    d = s.wait_diagnostics(u, lambda d: not undefined(d))
    assert d, "the unfinished statement is still told"
    assert s.stop() == 0

@claim("one fault is told once")
def _():
    put("once/o.pan", "object template o;\n\ninclude 'nowhere/x';\n'/x' = G(1);\n")
    s = start("once")
    open_file(s, "once/o.pan")
    said = settled(s, "once/o.pan")
    assert sorted(m.split("\n")[0] for m in said) == ["template 'nowhere/x' is not found on the include path", "the function 'G' is defined nowhere in the workspace"], said
    assert s.stop() == 0

# ---- keys

@claim("keys complete in dict() and below variables of SELF; steps of SELF lead to their fields, each once")
def _():
    put("keys/t.pan", "declaration template t;\n\ntype nic = {\n    'ip' : string\n    'mode' ? choice('auto', 'off')\n};\ntype net = {\n    'nics' : nic{}\n    'gw' ? nic\n};\n")
    put("keys/o.pan", "object template o;\n\ninclude 't';\n\nbind '/net' = net;\nbind '/net' = net;\n'/net/nics' = {\n    SELF['eth0']['ip'] = '1';\n    SELF;\n};\n")
    s = start("keys")
    open_file(s, "keys/o.pan")
    text = text_of("keys/o.pan")
    assert completed(s, "keys/o.pan", text + "'/net' = dict('|") == ["gw", "nics"]
    assert completed(s, "keys/o.pan", text + "'/net' = dict('nics', dict('eth0', dict('|") == ["ip", "mode"]
    assert completed(s, "keys/o.pan", text + "'/net' = dict('gw', dict('ip', '1', '|") == ["ip", "mode"]
    assert completed(s, "keys/o.pan", text + "'/net' = dict('gw', dict('mode', '|") == ["auto", "off"]
    assert completed(s, "keys/o.pan", text + "'/net/nics' = {\n    foreach (k; v; list('a')) {\n        SELF[k]['|") == ["ip", "mode"]
    definition = s.ask("textDocument/definition", **at("keys/o.pan", "'ip'", 1))
    assert len(definition) == 1 and definition[0]["range"]["start"]["line"] == 3, definition
    assert "string" in s.ask("textDocument/hover", **at("keys/o.pan", "'ip'", 1))["contents"]["value"]
    assert s.stop() == 0

@claim("names of templates are links to their files, and a name that was perhaps meant is a quick fix")
def _():
    put("links/lib/base.pan", "template lib/base;\n\nfunction increase = ARGV[0] + 1;\n")
    put("links/o.pan", "object template o;\n\ninclude 'lib/base';\ninclude 'lib/bsae';\n'/x' = incraese(1);\n")
    s = start("links")
    open_file(s, "links/o.pan")
    links = s.ask("textDocument/documentLink", textDocument={"uri": uri("links/o.pan")})
    assert [(l["target"], l["range"]["start"]["line"]) for l in links] == [(uri("links/lib/base.pan"), 2)], links
    def fixed(needle):
        p = position(text_of("links/o.pan"), needle)
        actions = s.ask("textDocument/codeAction", textDocument={"uri": uri("links/o.pan")}, range={"start": p, "end": p}, context={"diagnostics": []})
        lines = text_of("links/o.pan").split("\n")
        for a in actions:
            if not a["title"].startswith("Change to"): continue
            for e in a["edit"]["changes"][uri("links/o.pan")]:
                b, l = e["range"]["start"], lines[e["range"]["start"]["line"]]
                return l[:b["character"]] + e["newText"] + l[e["range"]["end"]["character"]:]
    assert fixed("lib/bsae") == "include 'lib/base';", fixed("lib/bsae")
    assert fixed("incraese") == "'/x' = increase(1);", fixed("incraese")
    assert fixed("object") is None
    assert s.stop() == 0

@claim("without a folder, nothing is read but what a load path says")
def _():
    put("home/x.pan", "object template x;\n")
    put("home/deep/other.pan", "template other;\n")
    s = start()
    open_file(s, "home/x.pan")
    assert s.ask("workspace/symbol", query="other") == []
    assert s.stop() == 0

print(f"1..{count}")
sys.exit(failed)

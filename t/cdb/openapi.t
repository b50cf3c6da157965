#!/bin/sh
# REQ-A-14: every route of the API, asked as its description in openapi.json says, answers with a described status and
# shape; and so do wrong requests.
. "${WEFT_SRC:-.}/t/lib.sh"
python3 -c 'import jsonschema' 2>/dev/null || skip_all 'no python3-jsonschema here'
. "$WEFT_SRC/t/cdb/server.sh"
server_start || exit 99
as_admin commit -m first -I profiles -I . site >/dev/null 2>err || { cat err; exit 99; }

cat >calls.py <<'EOP'
import base64, http.client, json, re, ssl, sys
from jsonschema import Draft202012Validator, RefResolver

port, pki = int(sys.argv[1]), sys.argv[2]
def ask(who, method, path, body=None):
    tls = ssl.create_default_context(cafile=pki + "/ca.crt")
    tls.load_cert_chain(f"{pki}/{who}.crt", f"{pki}/{who}.key")
    c = http.client.HTTPSConnection("localhost", port, context=tls, timeout=60)
    c.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    r = c.getresponse()
    kind = r.headers.get("Content-Type", "").split(";")[0]
    text = r.readline() if kind == "text/event-stream" else r.read()
    c.close()
    return r.status, kind, text

doc = json.loads(ask("admin", "GET", "/openapi.json")[2])
resolver = RefResolver.from_schema(doc)
called, wrong = set(), []

def route(method, path):
    """The documented path that fits: one with fewer stars goes first."""
    found = []
    for p in doc["paths"]:
        pattern = "".join(".+" if x == "{path}" else "[^/]+" if x.startswith("{") else re.escape(x) for x in re.split(r"(\{[a-z]+\})", p))
        if method.lower() in doc["paths"][p] and re.fullmatch(pattern, path): found.append((p.count("{"), -len(p), p))
    return min(found)[2] if found else None

def call(who, method, target, body=None, status=200):
    status_got, kind, text = ask(who, method, target, body if isinstance(body, (str, type(None))) else json.dumps(body))
    name = route(method, target.split("?")[0])
    line = f"{who} {method} {target}"
    if not name: return wrong.append(f"{line}: not described")
    if status_got != status: wrong.append(f"{line}: answered {status_got}, wanted {status}: {text[:200]}")
    answer = doc["paths"][name][method.lower()]["responses"].get(str(status_got))
    if not answer: return wrong.append(f"{line}: status {status_got} is not described")
    if status_got < 300: called.add((name, method.lower()))
    contents = answer.get("content", {})
    if not contents: return text and wrong.append(f"{line}: a body that is not described")
    if kind not in contents and "*" not in contents: return wrong.append(f"{line}: type '{kind}' is not described")
    if kind == "application/json":
        value = json.loads(text)
        for e in Draft202012Validator(contents[kind]["schema"], resolver=resolver).iter_errors(value):
            wrong.append(f"{line}: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}")
        return value
    return text

a, n = "/api/v1/", "lxb001.example.org"
pan = "unique template service/more;\n"
change = {"comment": "more", "changes": [{"path": "service/more.pan", "text": pan}]}
bad = {"changes": [{"path": "service/base.pan", "text": "nonsense ="}]}
for path in ("/", "/openapi.json", f"/profiles/{n}.xml", f"/profiles/{n}.json", f"/profiles/{n}.origins", "/profiles/profiles-info.xml"): call("admin", "GET", path)
call("admin", "GET", "/profiles/nobody.xml", status=404)
call("stranger", "GET", f"/profiles/{n}.xml", status=403)
for path in ("health", "metrics", "whoami", "events", "commits", "audit?limit=3", "tree", "tree?at=1", "export", "export/git", "templates/service/base.pan", "annotate/service/base.pan",
             "revisions", "revisions?limit=1", "revisions/1", "revisions/1/diff", "revisions/1/effects", "diff?from=0&to=1", "tags", "locks", "stages", "whoami?path=service", "sessions", "hosts", "nodes", "nodes?lagging=1",
             f"nodes/{n}/status", f"profiles/{n}", f"profiles/{n}?format=xml", f"profiles/{n}?format=origins", f"profiles/{n}/diff?from=0&to=1",
             "query?path=/**", "query?join=1&path=/system/site", "query?format=csv&path=/**", "query?format=sql&path=/**", "query?text=lxb001"):
    call("admin", "GET", a + path)
call("admin", "POST", a + "verify", {"compile": True})
call("admin", "POST", a + "backup", {"name": "b1"})
call("admin", "POST", a + "backup", {"name": "../b"}, 400)
call("admin", "POST", a + "check", change)
call("admin", "POST", a + "check", bad, 422)
call("admin", "POST", a + "check", {"changes": 3}, 400)
call("admin", "POST", a + "commit", bad, 422)
call("admin", "POST", a + "commit", change)
call("admin", "POST", a + "commit", {"base": 1, "changes": [{"path": "service/more.pan", "text": pan + "#\n"}]}, 409)
call("admin", "POST", a + "revert", {"revision": 2})
call("admin", "POST", a + "revert", {"revision": 99}, 400)
hashes = call("admin", "POST", a + "contents", {"contents": [base64.b64encode(b"template x;\n").decode()]})["hashes"]
call("admin", "POST", a + "contents", {"contents": [3]}, 400)
call("admin", "POST", a + "contents/missing", {"hashes": hashes + ["0" * 64]})
call("admin", "POST", a + "history", {"commits": [{"author": "Anna <anna@example.org>", "time": 1163990000, "comment": "past", "origin": "git 1", "changes": [{"path": "x.pan", "hash": hashes[0]}]}]})
call("admin", "GET", a + "revisions?limit=2")
call("admin", "GET", a + "revisions/4")
call("admin", "GET", a + "revisions/999", status=400)
call("admin", "PUT", a + "tags/t1", {"revision": 1, "comment": "the first"})
call("admin", "GET", a + "tags")
call("admin", "DELETE", a + "tags/t1")
call("admin", "DELETE", a + "tags/t1", status=404)
call("admin", "POST", a + "locks", {"path": "service", "reason": "at work", "seconds": 60})
call("anna", "POST", a + "commit", {"changes": [{"path": "service/more.pan", "text": pan}]}, 409)
call("admin", "POST", a + "locks", {"path": "service"}, 400)
call("anna", "POST", a + "locks", {"path": "service/more.pan", "reason": "me too"}, 409)
call("admin", "DELETE", a + "locks/service")
call("admin", "DELETE", a + "locks/service", status=404)
call("admin", "PUT", a + "stages/prod", {"nodes": ["lxb001*"]}, 201)
call("admin", "PUT", a + "stages/prod", {"nodes": ["lxb001*"]}, 409)
call("admin", "PUT", a + "stages/x", {"nodes": []}, 400)
call("admin", "POST", a + "commit", {"changes": [{"path": "service/local.pan", "text": "template service/local;\n'/system/x' = 1;\n"}]})
call("admin", "POST", a + "stages/prod/promote", {"check": True})
call("admin", "POST", a + "stages/prod/promote", {"revision": 1}, 409)
call("admin", "DELETE", a + "stages/prod", status=409)
call("admin", "POST", a + "stages/prod/promote", {"canary": "1", "wait": 100})
call("admin", "GET", a + "stages")
call("admin", "POST", a + "stages/prod/promote", {"revision": 99}, 400)
call("admin", "POST", a + "stages/none/promote", {}, 404)
call("admin", "POST", a + "stages/prod/promote", {})
call("admin", "DELETE", a + "stages/prod")
call("admin", "POST", a + "prune", {"keep": 1, "days": 1, "check": True})
call("admin", "POST", a + "prune", {}, 400)
call("admin", "DELETE", a + "stages/prod", status=404)
s = a + "sessions/" + call("admin", "POST", a + "sessions", {"comment": "mine"}, 201)["session"]
call("admin", "PUT", s + "/templates/service/new.pan", "template service/new;\n")
call("admin", "POST", s + "/templates", {"changes": [{"path": "service/other.pan", "text": "template service/other;\n"}, {"path": "files/logo", "base64": "/9j/"}]})
for path in ("", "/diff", "/tree", "/templates/service/new.pan"): call("admin", "GET", s + path)
call("anna", "PUT", s + "/templates/service/new.pan", "x", 403)
call("admin", "GET", s + "/templates/nothing", status=404)
call("admin", "DELETE", s + "/templates/service/base.pan")
call("admin", "POST", s + "/rollback", {"paths": ["service/base.pan"]})
call("admin", "POST", s + "/check", {})
call("admin", "GET", a + "sessions")
call("admin", "POST", s + "/commit", {"comment": "done"})
call("admin", "POST", s + "/commit", {"comment": "done"}, 400)
s = a + "sessions/" + call("admin", "POST", a + "sessions", {}, 201)["session"]
call("admin", "DELETE", s)
call("admin", "DELETE", s, status=400)
call(n, "POST", a + f"nodes/{n}/status", {"status": "failed", "revision": 1, "cid": 2, "message": "m", "components": [{"name": "ntp", "status": "failed", "message": "why"}]})
call(n, "POST", a + f"nodes/{n}/status", {"status": 3}, 400)
call("admin", "POST", a + f"nodes/{n}/status", {"status": "ok"}, 403)
call(n, "GET", a + f"nodes/{n}/status")
call(n, "GET", a + f"events?node={n}")
call("admin", "GET", a + "nodes/nobody/status", status=404)
call("admin", "GET", a + "query", status=400)
call("admin", "GET", a + "templates/nothing", status=404)
for name, methods in doc["paths"].items():
    for method, what in methods.items():
        if method == "parameters": continue
        if name.startswith("/api/") and "403" in what["responses"]:
            target = re.sub(r"\{[a-z]+\}", "x", name)
            call("stranger", method.upper(), target, {} if method in ("post", "put") else None, 403)
        if (name, method) not in called: wrong.append(f"{method} {name}: never answered as described")
print("\n".join(wrong))
sys.exit(bool(wrong))
EOP
ok 'REQ-A-14: each answer has the status, type and shape its description says' 'python3 calls.py "$port" "$scratch/pki"'
done_testing

#!/usr/bin/python3
"""Writes hostile and random values with metaconfig in one format and asks a real reader what it finds.

quote.py FORMAT COUNT SEED DIR    metaconfig is in PATH; DIR is a scratch folder

A value that metaconfig refuses must leave no file. What may be refused at all is in the table below.
"""
import configparser
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HOSTILE = [
    "", " ", "a", "a b", " a", "a ", "\t", "a\tb", "a\nb", "\n", "a\n", "a\r\nb", "'", '"', "\\", "a\\", "\\\\", "\\n", "it's",
    'say "x"', "$HOME", "${HOME}", "$(touch Q)", "`touch Q`", "$", "a$", "!", "!!", "a!b", "#", "# a", "a #b", "a#b", ";", ";a", "a;b",
    "=", "a=b", ":", "a: b", "a:", ":a", "-", "- a", "--- a", "---", "...", "?", "? a", "[a]", "{a}", "[", "]", "{", "}", ",", "a,b",
    "&a", "*a", "%a", "@a", "|", ">", "~", "~root", "<<", "<a>", "&amp;", "]]>", "<![CDATA[", "no", "yes", "on", "off", "y", "n", "true", "True",
    "FALSE", "null", "Null", "NULL", "nan", ".nan", ".NaN", "inf", "-.inf", ".Inf", "1", "01", "0x1F", "0o17", "0b11", "1_000",
    "1,000", "1.0", ".5", "5.", "1e3", "1.0E7", "1.0e+7", "-1", "+1", "1:20", "190:20:30", "2001-01-01", "2001-12-14t21:59:43.10-05:00",
    "12e03", "685_230.15", "192.0.2.1", "192.0.2.0/24", "0", "-0", "00", "é", "日本", "😀", "\u0085", "\u2028", "\ufeff",
    "a\ufeffb", "\u00a0", "\x01", "\x1b[31m", "\x7f", "a\x0cb", "\x0b", "a\u2029b", "x" * 300, "word " * 60, " lead " * 30, "\\u0041",
    "a\\ b", "tr\\", "*", "?", "a*b", "/etc/passwd", "-n", "[section]", "%(a)s", "%%", "\u3000", "\ud7ff", "\ue000", "\U0010ffff",
]
NUMBERS = [0, 1, -1, 2**63 - 1, -2**63, 1.0, 0.5, -0.0, 1.0e7, 1e-7, 1e22, 123456789.125, 5e-324, 1.7976931348623157e308,
           0.1, 1 / 3, 1e15, 1e16, True, False]
ALPHABET = "abcXYZ019 \t\n'\"\\$`!#;=:-[]{}(),&*%@|<>~?./_+^é日😀\r\x01\x7f\u0085"


def text(rng):
    if rng.random() < 0.3:
        return rng.choice(HOSTILE)
    if rng.random() < 0.2:
        return rng.choice(HOSTILE) + rng.choice(HOSTILE)
    if rng.random() < 0.2:
        return "".join(rng.choice("0123456789.:_-+eExoabinfT ") for _ in range(rng.randint(1, 9)))
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randint(0, 12)))


def number(rng):
    if rng.random() < 0.5:
        return rng.choice(NUMBERS)
    if rng.random() < 0.5:
        return rng.randint(-2**63, 2**63 - 1) >> rng.randint(0, 62)
    return rng.uniform(-1, 1) * 10.0 ** rng.randint(-300, 300)


def tree(rng, depth):
    kind = rng.random()
    if depth == 0 or kind < 0.4:
        return text(rng)
    if kind < 0.55:
        return number(rng)
    if kind < 0.75:
        return [tree(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    return {key(rng): tree(rng, depth - 1) for _ in range(rng.randint(0, 4))}


def key(rng):
    # An empty name is none in a profile.
    return text(rng) or "k"


def name(rng):
    return "".join(rng.choice("abcdefgh") for _ in range(6))


def deep(rng):
    return {name(rng) if rng.random() < 0.5 else key(rng): tree(rng, 3) for _ in range(rng.randint(1, 4))}


def one(rng):
    return {name(rng): text(rng) if rng.random() < 0.8 else number(rng)}


def sections(rng):
    # A colon in a name belongs to it for some readers: names are hostile, but not every time.
    def word():
        return name(rng) if rng.random() < 0.7 else key(rng)
    return {word(): {word(): text(rng) if rng.random() < 0.8 else number(rng)}}


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    return type(a) is type(b) and a == b


def as_text(v, words=("0", "1")):
    """How a format without types spells a property."""
    if isinstance(v, bool):
        return words[v]
    return v if isinstance(v, str) else None if isinstance(v, float) else str(v)


def run(argv, given=None):
    r = subprocess.run(argv, input=given, capture_output=True, check=False)
    return r.stdout if r.returncode == 0 else None


# ---- readers: a file's path to what is in it


def read_yaml(path):
    import yaml
    return yaml.safe_load(open(path, "rb"))


def read_psych(paths):
    program = """require 'yaml'; require 'json'; $stdin.each_line(chomp: true) { |p|
        v = begin; YAML.safe_load(File.read(p, encoding: 'utf-8')); rescue => e; e.message; end
        puts JSON.generate(v) }"""
    out = run(["ruby", "-e", program], "".join(p + "\n" for p in paths).encode())
    return [json.loads(line) for line in out.decode().split("\n")[:-1]]


def read_toml(path):
    import tomllib
    return tomllib.load(open(path, "rb"))


def read_ini(path):
    c = configparser.ConfigParser(interpolation=None, default_section="\0")
    c.optionxform = str
    c.read_string(open(path, encoding="utf-8", newline="\n").read())
    return {s: dict(c.items(s)) for s in c.sections()}


def read_perl(module, method):
    def read(paths):
        program = f"""use JSON::PP; use {module}; binmode STDOUT, ':utf8';
            while (<STDIN>) {{ chomp; my $p = $_; my $v = {method}; $v = ref $v ? {{%$v}} : "$v"; print JSON::PP->new->encode($v), "\\n" }}"""
        out = run(["perl", "-e", program], "".join(p + "\n" for p in paths).encode())
        return [json.loads(line) for line in out.decode().split("\n")[:-1]]
    return read


def read_shell(path):
    names = [line.split("=")[0] for line in open(path, encoding="utf-8", errors="replace") if line[:1].isalpha() and "=" in line]
    script = '. "$1"; printf %s "$' + names[0] + '"; printf x'
    out = run(["sh", "-euc", script, "sh", path])
    return {names[0]: out[:-1].decode()} if out is not None else None


def read_xml(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    return {root.tag: {"@a": root.get("a"), "b": root.find("b").text or ""}}


def read_java(paths):
    folder = os.path.dirname(paths[0])
    with open(folder + "/Reader.java", "w", encoding="utf-8") as f:
        f.write("""import java.io.*; import java.util.*; import java.nio.charset.StandardCharsets;
            public class Reader { public static void main(String[] a) throws Exception {
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
                StringBuilder out = new StringBuilder();
                for (String p; (p = in.readLine()) != null; ) {
                    Properties q = new Properties();
                    try (InputStream f = new FileInputStream(p)) { q.load(f); } catch (Exception e) { q.put("fails", e.toString()); }
                    for (String k : new TreeSet<>(q.stringPropertyNames()))
                        for (String s : new String[] {k, q.getProperty(k)}) {
                            for (byte b : s.getBytes(StandardCharsets.UTF_8)) out.append(String.format("%02x", b));
                            out.append(' ');
                        }
                    out.append('\\n');
                }
                System.out.print(out);
            } }""")
    out = run(["java", folder + "/Reader.java"], "".join(p + "\n" for p in paths).encode())
    found = []
    for line in out.decode().split("\n")[:-1]:
        words = [bytes.fromhex(w).decode("utf-8", "replace") for w in line.split(" ")[:-1]]
        found.append(dict(zip(words[::2], words[1::2])))
    return found


# format: (how trees are made, reader of one file or of all, how the reader spells the tree, what may be refused)
def plain_dict(t, words=("0", "1")):
    return {k: as_text(v, words) for k, v in t.items()}


def plain_sections(t):
    return {s: plain_dict(v) for s, v in t.items()}


def element(rng):
    return {name(rng): {"@a": text(rng), "b": text(rng)}}


def stripped(s):
    return s != s.strip()


def bad_line(t):
    texts = [x for s, v in t.items() for x in (s, *v.keys(), *(w for w in v.values() if isinstance(w, str)))]
    return any("\n" in x or "\r" in x or stripped(x) for x in texts)


def bad_name(t, chars):
    return any(not k or k[0] in "[#;" or set(k) & set(chars) for v in t.values() for k in v) or any("]" in s for s in t)


def never(_):
    return False


# ---- lines of other components; variables A1 and B_ have the values x y and z


def references(s):
    def value(m):
        return {"A1": "x y", "B_": "z"}.get(m.group(1) or m.group(2), None)
    for m in re.finditer(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", s, re.ASCII):
        if value(m) is None:
            return None
    return re.sub(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", value, s, flags=re.ASCII)


def variables(rng):
    s = text(rng)
    if rng.random() < 0.3:
        s += rng.choice(["$A1", "${A1}", "$A1:h", "${B_}[1]", "$B_[1]", "\\$A1", "$A1$B_", "$", "${", "$A1!"]) + text(rng)
    return {"v": s.replace("\0", "")}


def read_login(shell):
    def read(path):
        script = {"sh": 'A1="x y"; B_=z; . "$1"; printenv V; echo .',
                  "csh": 'setenv A1 "x y"; setenv B_ z; source "' + path + '"; printenv V; echo .'}[shell]
        out = run(["sh", "-c", script, "sh", path] if shell == "sh" else ["csh", "-f", "-c", script])
        return {"v": out.decode()[:-3]} if out is not None else None
    return read


def expanded(t):
    return {k: references(v) for k, v in t.items()}


def line_end(t):
    return any("\n" in v or "\r" in v for v in t.values())


def read_sysconfig(path):
    out = run(["sh", "-uc", 'A1="x y"; B_=z; HOME=/root; . "$1"; printf "%s." "$V"', "sh", path])
    return {"v": out.decode()[:-1]} if out is not None else None


def plain_words(rng):
    # What the site did not quote itself and holds nothing for a shell to do.
    return {"v": "".join(rng.choice("abc019 \t'#;|&<>()*?~é/=") for _ in range(rng.randint(1, 12)))}


def read_cron(path):
    # A user's table has no name of a user: there it is the first word of the command.
    return {} if run(["crontab", "-n", path]) is not None else None


def cron_refuses(t):
    """Does cron refuse this too, or would it do something else than what is written?"""
    texts = [t["frequency"], t["command"], t["env"]["V"]]
    if any("\n" in x or "\r" in x or len(x) > 900 for x in texts) or not t["command"]:
        return True
    v = t["env"]["V"]
    backwards = any(int(a) > int(b) for a, b in re.findall(r"(\d+)-(\d+)", t["frequency"]))
    if '"' in v and "'" in v or backwards or not re.fullmatch(r"[\d*,/a-zA-Z -]+", t["frequency"]):
        return True
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n") as f:
        f.write(f"{t['frequency'].strip()} {t['command']}\n")
        f.flush()
        return read_cron(f.name) is None or len(t["frequency"].split()) not in (1, 5)


def cron_entry(rng):
    def field(top):
        a, b = rng.randint(0, top), rng.randint(0, top)
        return rng.choice(["*", str(a), f"{a}-{b}", f"*/{b}", f"{a},{b}", f"{a}-{b}/2", str(a + 60), "x", "", "mon", "JAN", "1-", "/2", "-1", "1,,2", "1/2"])
    when = [field(59), field(23), field(31), field(12), field(7)]
    if rng.random() < 0.8:
        when = [w if rng.random() < 0.1 else "*" for w in when]
    return {"frequency": rng.choice([" ".join(when), "@daily", "@often", "@"]) if rng.random() < 0.9 else text(rng),
            "command": text(rng) if rng.random() < 0.5 else "x", "env": {"V": text(rng)}, "log": {"disabled": True}}


# kind: (trees, component, its configuration from the trees, path of a tree's file, reader, spelling, what may be refused)
COMPONENTS = {
    "sh": (variables, "profile", lambda ts: {"scripts": {f"s{i}": {"flavors": ["sh"], "env": {"V": t["v"]}} for i, t in enumerate(ts)}},
           "/etc/profile.d/s{}.sh", read_login("sh"), expanded, line_end),
    "csh": (variables, "profile", lambda ts: {"scripts": {f"s{i}": {"flavors": ["csh"], "env": {"V": t["v"]}} for i, t in enumerate(ts)}},
            "/etc/profile.d/s{}.csh", read_login("csh"), expanded, line_end),
    "sysconfig": (plain_words, "sysconfig", lambda ts: {"files": {f"f{i}": {"V": t["v"]} for i, t in enumerate(ts)}},
                  "/etc/sysconfig/f{}", read_sysconfig, None, line_end),
    "cron": (cron_entry, "cron", lambda ts: {"entries": [{"name": f"e{i}", **t} for i, t in enumerate(ts)]},
             "/etc/cron.d/e{}.ncm-cron.cron", read_cron, lambda t: {}, cron_refuses),
}


FORMATS = {
    "json": (deep, lambda p: json.load(open(p, encoding="utf-8")), None, never),
    "jsonpretty": (deep, lambda p: json.load(open(p, encoding="utf-8")), None, never),
    "yaml": (deep, read_yaml, None, never),
    "psych": (deep, read_psych, None, never),
    "toml": (deep, read_toml, None, never),
    "shell": (one, read_shell, lambda t: plain_dict(t, ("false", "true")), lambda t: any("\n" in str(v) or "\r" in str(v) for v in t.values())),
    "properties": (one, read_java, plain_dict, never),
    "ini": (sections, read_ini, plain_sections, lambda t: bad_line(t) or bad_name(t, "=:")),
    "tiny": (sections, read_perl("Config::Tiny", "Config::Tiny->read($p, 'utf8') || Config::Tiny->errstr"), plain_sections,
             lambda t: bad_line(t) or bad_name(t, "=")),
    "xml": (element, read_xml, None, lambda t: any(ord(c) < 32 and c not in "\t\n\r" or c in "\ufffe\uffff"
                                                   for v in t.values() for s in v.values() for c in s)),
}


def main():
    kind, count, seed, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    rng = random.Random(seed)
    root = f"{folder}/{kind}"
    if kind in COMPONENTS:
        make, component, config, place, read, spelled, may_refuse = COMPONENTS[kind]
        trees = [make(rng) for _ in range(count)] + ([{"v": h} for h in HOSTILE] if make in (one, variables) else [])
        document = json.dumps({"component": component, "tree": config(trees)})
    else:
        make, read, spelled, may_refuse = FORMATS[kind]
        component, place = "metaconfig", "/v/a{}"
        module = "yaml" if kind == "psych" else kind
        trees = [make(rng) for _ in range(count)] + ([{"v": h} for h in HOSTILE] if make in (one, variables) else [])
        services = {f"_2fv_2fa{i}": {"module": module, "contents": t} for i, t in enumerate(trees)}
        document = json.dumps({"component": "metaconfig", "tree": {"services": services}})
    r = subprocess.run([component, "configure"], input=document.encode(), capture_output=True, check=False,
                       env={**os.environ, "NCM_ROOT": root})
    if r.returncode not in (0, 1):
        sys.exit(f"{component} ended with {r.returncode}: {r.stderr.decode()}")
    refused = 0
    messages = [said["msg"] for said in map(json.loads, r.stdout.decode().split("\n")[:-1]) if said.get("level") == "error"]
    wrong = 0
    paths = [root + place.format(i) for i in range(len(trees))]
    written = [(i, p) for i, p in enumerate(paths) if os.path.exists(p)]
    if len(written) + len(messages) != len(trees):
        sys.exit(f"{len(trees)} values, {len(written)} files, {len(messages)} errors")
    many = read in (read_psych, read_java) or kind == "tiny"
    found = dict(zip((i for i, _ in written), read([p for _, p in written]))) if many else {}
    for i, t in enumerate(trees):
        path = paths[i]
        if not os.path.exists(path):
            refused += 1
            if may_refuse and not may_refuse(t):
                print(f"refused: {t!r}")
                wrong += 1
            continue
        try:
            got = found[i] if many else read(path)
        except Exception as e:  # pylint: disable=broad-except
            got = f"the reader fails: {e}"
        want = spelled(t) if spelled else t
        if kind in ("sh", "csh") and None in want.values():
            continue  # a variable that is not set
        if kind == "sysconfig":
            want = {"v": t["v"].strip(" \t")}
            if want["v"][:1] == "'" or want["v"][:1] == "(" or "~" in want["v"] or re.search("'.*'", want["v"]):
                continue  # quotes and arrays of the site's own
        if kind in FORMATS and spelled and isinstance(got, dict) and "None" in repr(want):
            # A double has more than one spelling: read it as a number.
            def numeric(t, g):
                return {k: numeric(v, g.get(k, {})) if isinstance(v, dict) else str(float(g[k])) if isinstance(v, float) and k in g
                        else as_text(v) for k, v in t.items()}
            def doubles(t):
                return {k: doubles(v) if isinstance(v, dict) else str(v) if isinstance(v, float) else as_text(v) for k, v in t.items()}
            want, got = doubles(t), numeric(t, got)
        if not same(want, got):
            print(f"wrote {want!r}\nfound {got!r}\nin {open(path, 'rb').read()!r}")
            wrong += 1
    print(f"{kind}: {len(trees)} values, {refused} refused, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()

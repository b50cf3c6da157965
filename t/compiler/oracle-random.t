#!/usr/bin/env python3
# Random programs over the whole language mean the same to panc and to another compiler of Pan. PAN_ORACLE is a
# command that takes the options of the classic panc. Each program is a folder with an object and what it
# includes; the profiles must be the same, or both refuse it with the same class of error.
#   PAN_ORACLE=.../panc ROUNDS=2 PROGRAMS=300 SEED=1 KEEP=dir t/compiler/oracle-random.t
import json, os, random, re, shutil, subprocess, sys, tempfile

oracle = os.environ.get('PAN_ORACLE', '').split()
if not oracle:
    print('1..0 # SKIP PAN_ORACLE names no other compiler')
    sys.exit(0)
rounds, programs = int(os.environ.get('ROUNDS', 2)), int(os.environ.get('PROGRAMS', 300))
seed = int(os.environ.get('SEED', random.randrange(1, 100000)))


class Program:
    """One random program. An expression is made for a type that is wanted, now and then on purpose of another one."""

    types = ['long', 'double', 'string', 'boolean', 'list', 'dict']
    longs = ['0', '1', '2', '3', '5', '-1', '-3', '7', '010', '0x1F', '100', '4294967296', '9223372036854775807']
    doubles = ['0.0', '1.0', '1.5', '-2.5', '0.1', '1e10', '1e-5', '123456.789', '1e7', '9999999.5', '0.001', '2.5e-3', '1e300']
    strings = ["''", "'a'", "'b'", "'abc'", "'a/b'", "'0'", "'-1'", "'12'", '"x\\ty\\n"', "'Hello, World'", "'é'", "'ß日'",
               "'a b  c'", "'it''s'", "'<&>\"='", "'${A}'", "'/a'", "'1.5'", "'true'", "'_61'", "'{a/b}'", '"\\x01"', "'aXbXc'",
               "'10.0.0.1/24'", "'x'", "'key-1'"]
    numerals = ["'0'", "'12'", "'-7'", "'+3'", "'017'", "'0x1f'", "'99'", "'-0x10'", "'#ff'", "'1'", "'42'"]
    keys = ['a', 'b', 'c', 'k', 'Z', '1a', 'x-y', '{a/b}', 'n.m']
    regexes = ["'a'", "'b*'", "','", "' +'", "'[a-c]'", "'(a)(b)?'", "'^(.)(.*)$'", "'\\d+'", "'X'", "''", "'(?i)HELLO'",
               "'[^a-z]'", "'\\w'", "'\\s'", "'a|b'", "'(x)?(b)'", "'.'"]
    formats = ["'%d'", "'%5d|'", "'%-5d|'", "'%05d'", "'%x'", "'%+d'", "'%,d'", "'%o'", "'%(d'", "'% d'"]
    real_formats = ["'%f'", "'%.2f'", "'%e'", "'%g'", "'%10.3f|'", "'%.0f'", "'%+.1e'", "'%012.4f'", "'%G'", "'%,.2f'"]
    text_formats = ["'%s'", "'%10s|'", "'%-8s|'", "'%.2s'", "'%S'", "'%1$s%1$s'", "'%%%s'", "'%b'"]
    paths = ['/a', '/b', '/c', '/a/b', '/a/c', '/a/b/c', '/d/k', '/d/Z', '/l', '/l/0', '/m/0', '/m/1', '/{x/y}/z', '/1a', '/d/{}',
             '/e/0/k', '/f', '/g', '/s', '/t/u', '/v']

    def __init__(self, rng, name):
        self.rng, self.name = rng, name
        self.locals, self.globals, self.functions, self.types_known = {}, {'A': 'string', 'N': 'long'}, [], []
        self.depth, self.self_ok, self.in_function, self.loops = 0, False, False, 0
        self.files, self.structures, self.ordinary = {}, [], []
        self.assigned = {}

    def one(self, of): return self.rng.choice(list(of))
    def rare(self, seldom, often): return seldom if self.chance(0.1) else often
    def chance(self, p): return self.rng.random() < p

    # ---- expressions
    def expr(self, t, depth=3):
        if t == 'any' or self.chance(0.006): t = self.one(self.types)
        if t == 'number': t = self.one(['long', 'double'])
        if self.chance(0.004): return self.one(['undef', 'null', 'f0(1)', 'nosuch', '-'])
        if depth <= 0 or self.chance(0.25):
            known = [n for n, k in list(self.locals.items()) * 2 + list(self.globals.items()) if k == t]
            if known and self.chance(0.6): return self.one(known)
            return {'long': lambda: self.one(self.longs), 'double': lambda: self.one(self.doubles), 'string': lambda: self.one(self.strings),
                    'boolean': lambda: self.one(['true', 'false']), 'list': lambda: self.one(['list()', "list(1, 2)", "list('a', 'b', 'c')", 'list(undef)', "list(dict('a', 1))"]),
                    'dict': lambda: self.one(["dict()", "dict('a', 1)", "nlist('a', 'x', 'b', list(1, 2))", "dict('k', dict('a', 'z'), 'Z', true)"])}[t]()
        if self.chance(0.06): return f"({self.expr(t, depth - 1)})"
        if self.chance(0.03): return f"+({self.expr(t, depth - 1)})"
        if self.chance(0.04): return f"(if ({self.expr('boolean', depth - 1)}) {self.expr(t, depth - 1)} else {self.expr(t, depth - 1)})"
        if self.chance(0.05): return f"value('{self.one(self.paths)}', {self.expr(t, depth - 1)})"
        if self.chance(0.03):
            known = [p for p, k in self.assigned.items() if k == t]
            if known: return f"value('{self.one(known)}')"
        if self.chance(0.04) and self.functions:
            known = [f for f, k in self.functions if k == t]
            if known: return f"{self.one(known)}({', '.join(self.expr('any', depth - 1) for _ in range(self.rng.randrange(3)))})"
        if self.chance(0.05) and (t in ('long', 'string')):
            boxes = [n for n, k in list(self.locals.items()) + list(self.globals.items()) if k in ('list', 'dict')]
            if boxes: return f"{self.one(boxes)}[{self.subscript()}]"
        return getattr(self, t + '_')(lambda k='any': self.expr(k, depth - 1))

    def subscript(self):
        r = self.rng.random()
        if r < 0.4: return self.one(['0', '1', '-1', '2', '5', '-2'])
        if r < 0.8: return "'" + self.one(self.keys) + "'"
        return self.expr(self.one(['long', 'string']), 1)

    def long_(self, e):
        o = self.one
        return o([lambda: f"{e('long')} {o(['+', '-', '*', '+', '-'])} {e('long')}", lambda: f"{e('long')} {o(['/', '%'])} {self.rare(e('long'), o(['2', '3', '-7', '10']))}",
                  lambda: f"({e('long')} {o(['&', '|', '^'])} {e('long')})", lambda: f"{o(['-', '~', '+'])}({e('long')})",
                  lambda: f"length({e(o(['string', 'list', 'dict']))})", lambda: f"to_long({e(o(['double', 'boolean', 'long']))})", lambda: self.rare(f"to_long({e('string')})", f"to_long({o(self.numerals)})"),
                  lambda: f"to_long({o(['1', '12', '-7', '+3', '08', '0'])!r}, {o(['10', '16', '36'])})", lambda: f"{o(['max', 'min'])}({e('long')}, {e('long')})",
                  lambda: f"index({o(self.strings)}, {e('string')}{o(['', ', 1', ', -1'])})", lambda: f"index({e()}, {e('list')}{o(['', ', 1'])})",
                  lambda: f"length({e('list')})"])()

    def double_(self, e):
        o = self.one
        return o([lambda: f"{e('double')} {o(['+', '-', '*', '/'])} {self.rare(e('number'), o(['2', '0.5', '-3', '1e3']))}", lambda: f"-({e('double')})", lambda: f"to_double({e(o(['long', 'boolean', 'double']))})", lambda: self.rare(f"to_double({e('string')})", f"to_double({o(self.numerals[:4])})"),
                  lambda: f"{o(['max', 'min'])}({e('double')}, {e('number')})", lambda: f"{e('long')} {o(['+', '*'])} {e('double')}"])()

    def boolean_(self, e):
        o = self.one
        tests = ['is_boolean', 'is_double', 'is_long', 'is_string', 'is_number', 'is_property', 'is_list', 'is_dict', 'is_nlist', 'is_resource', 'is_null', 'is_defined']
        variable = lambda: o(list(self.locals) + list(self.globals) + ['nosuch']) + o(['', '', f"[{self.subscript()}]"])
        return o([lambda: f"{e('number')} {o(['==', '!=', '<', '>', '<=', '>='])} {e('number')}", lambda: f"({e('string')} {o(['==', '!=', '<', '>='])} {e('string')})",
                  lambda: f"({e('boolean')} {o(['&&', '||', '==', '!='])} {e('boolean')})", lambda: f"!({e('boolean')})", lambda: f"{o(tests)}({e()})",
                  lambda: f"{o(tests)}({variable()})", lambda: f"exists({variable()})", lambda: f"{o(['path_exists', 'exists'])}('{o(self.paths)}{o(['', '/a', '/0', '/x/y'])}')",
                  lambda: f"exists('{self.name}/{o(['s', 'nosuch', 'inc'])}')", lambda: f"match({e('string')}, {o(self.regexes)}{o(['', ', ' + chr(39) + 'i' + chr(39), ', ' + chr(39) + 'sm' + chr(39)])})",
                  lambda: f"to_boolean({e(o(['long', 'double', 'string', 'boolean']))})", lambda: f"is_valid({o(['long', 'string', 'dict', 'list', 'property', 'number'] + self.types_known)}, {e()})",
                  lambda: f"deprecated(0, {e('string')})"])()

    def string_(self, e):
        o = self.one
        any_property = lambda: e(o(['long', 'double', 'string', 'boolean']))
        return o([lambda: f"{e('string')} + {e('string')}", lambda: f"to_string({e()})", lambda: f"{o(['to_lowercase', 'to_uppercase'])}({e('string')})",
                  lambda: f"substr({e('string')}, {self.rare(o(['1', '2', '-1', '-2', '3']), '0')}{o(['', '', ', 0', self.rare(', 1', ''), self.rare(', -1', '')])})",
                  lambda: f"splice({self.rare(e('string'), o(['OBJECT', chr(39) + 'abcd' + chr(39)]))}, {o(['0', '1', '-1', '2'])}, {o(['0', '1', '-1', '0'])}{o(['', ', ' + o(self.strings)])})",
                  lambda: f"replace({o(self.regexes)}, {o([chr(39) * 2, chr(39) + '[$0]' + chr(39), chr(39) + chr(92) + '$x' + chr(39)] + self.strings[:4])}, {e('string')})",
                  lambda: f"join({o(self.strings)}, {e('string')}, {e('string')}, {e('string')})", lambda: f"join('-', split({o(self.regexes)}, {e('string')}))",
                  lambda: f"format({o(self.formats)}, {e('long')})", lambda: f"format({o(self.real_formats)}, {e('double')})",
                  lambda: f"format({o(self.text_formats)}, {e()})", lambda: f"format('%s:%d:%s', {e()}, {e('long')}, {any_property()})",
                  lambda: f"{o(['escape', 'base64_encode'])}({self.rare(e('string'), o(['A', 'OBJECT', chr(39) + 'a-b c' + chr(39)]))})", lambda: f"unescape(escape({self.rare(e('string'), 'A')}))",
                  lambda: f"base64_decode(base64_encode({e('string')}))", lambda: f"base64_decode({o(self.strings)})",
                  lambda: f"digest({o([chr(39) + a + chr(39) for a in ('MD5', 'SHA-1', 'sha-256', 'SHA-512', 'SHA', 'sha-224', 'MD2')])}, {e('string')})",
                  lambda: f"json_encode({e()})", lambda: f"long_to_ip4({self.rare(e('long'), o(['0', '4294967295', '167772161']))})", lambda: f"substitute({e('string')}{o(['', ', ' + e('dict')])})",
                  lambda: self.rare(f"key({e('dict')}, {o(['0', '1', '-1'])})", f"key(dict('b', {e()}, 'a', 1), {o('01')})"), lambda: f"index({e()}, {e('dict')})", lambda: o(['OBJECT', 'TEMPLATE', f"file_contents('{self.name}/data.txt')"])])()

    def list_(self, e):
        o = self.one
        return o([lambda: f"list({', '.join(e() for _ in range(self.rng.randrange(4)))})", lambda: f"{o(['append', 'prepend'])}({e('list')}, {e()})", lambda: f"merge({e('list')}, {e('list')})",
                  lambda: f"splice({self.rare(e('list'), 'list(1, ' + e() + ', 3)')}, {o(['0', '1', '-1', '2'])}, {o(['0', '1', '-1', '0'])}{o(['', ', list(9)'])})", lambda: f"split({o(self.regexes)}, {o(['', '2, ', '-1, ', '0, '])}{e('string')})",
                  lambda: f"matches({e('string')}, {o(self.regexes)})", lambda: f"json_decode({o([chr(39) + '[1, 2.5, null, {' + chr(34) + 'a' + chr(34) + ': true}]' + chr(39), chr(39) + '[]' + chr(39), chr(39) + '[' + chr(34) + 'x' + chr(34) + ']' + chr(39)])})",
                  lambda: f"json_decode(json_encode({e('list')}))", lambda: f"clone({e('list')})", lambda: "ip4_to_long('10.1.2.3/8')", lambda: f"list({e()}, {e()})"])()

    def dict_(self, e):
        o = self.one
        pairs = lambda: ', '.join(f"'{k}', {e()}" for k in self.rng.sample(self.keys, self.rng.randrange(3)))
        return o([lambda: f"{o(['dict', 'nlist'])}({pairs()})", lambda: f"merge({e('dict')}, dict('{o('mnopq')}', {e()}))", lambda: f"clone({e('dict')})",
                  lambda: f"json_decode(json_encode({e('dict')}))", lambda: (f"create('{o(self.structures)}', 'a', {e()})" if self.structures else f"dict('a', {e()})")])()

    # ---- blocks
    def block(self, t, depth=2):
        """{ statements; the value }, with locals of its own."""
        saved, self.locals = self.locals, {'ARGC': 'long', 'ARGV': 'list'} if self.in_function else {}
        lines = [self.dml(depth) for _ in range(self.rng.randrange(1, 5))]
        last = self.expr(t)
        if self.chance(0.1): last = f"return({last})"
        text = '{ ' + '; '.join(lines + [last]) + self.one([' }', '; }'])
        self.locals = saved
        return text

    def name_of(self, t):
        name = self.one('xyzuvw')
        if name in self.locals and self.locals[name] != t and not self.chance(0.05): name += t[0]
        self.locals[name] = t
        return name

    def body(self, depth):
        saved = dict(self.locals)   # what it sets may never be set
        count = 1 if self.chance(0.5) else self.rng.randrange(2, 4)
        lines = [self.dml(depth - 1) for _ in range(count)]
        self.locals = {k: t for k, t in self.locals.items() if k in saved}
        return lines[0] if count == 1 else '{ ' + '; '.join(lines) + ' }'

    def dml(self, depth):
        boxes = [n for n, k in self.locals.items() if k in ('list', 'dict') and n not in ('ARGV',)]
        r = self.rng.random()
        if depth <= 0 or r < 0.35:
            t = self.one(self.types)
            value = self.expr(t)
            return f"{self.name_of(t)} = {value}"
        if r < 0.55 and boxes:
            box = self.one(boxes)
            more = f"[{self.subscript()}]" if self.chance(0.2) else ''
            return f"{box}[{self.subscript()}]{more} = {self.expr('any', 2)}"
        if r < 0.60 and boxes: return f"delete({self.one(boxes)}[{self.subscript()}])"
        if r < 0.65 and boxes: return f"{self.one(['append', 'prepend'])}({self.one(boxes)}, {self.expr('any', 1)})"
        if r < 0.70 and boxes: return f"{self.name_of('list')} = {self.one(boxes)}"
        if r < 0.78: return f"if ({self.expr('boolean')}) {self.body(depth)}" + self.one(['', f" else {self.body(depth)}"])
        if r < 0.86:
            box = self.one(boxes + [n for n, k in self.globals.items() if k in ('list', 'dict')] + [self.expr(self.one(['list', 'dict']), 1)])
            self.locals['k'] = self.locals['e'] = 'string'
            return f"foreach (k; e; {box}) {self.body(depth)}"
        if r < 0.90:
            i = 'i' + str(self.loops)
            self.loops += 1
            self.locals[i] = 'long'
            return f"for ({i} = 0; {i} < {self.one('0123')}; {i} = {i} + 1) {self.body(depth)}"
        if r < 0.93:
            i = 'i' + str(self.loops)
            self.loops += 1
            return f"{{ {i} = 0; while ({i} < {self.one('0123')}) {{ {i} = {i} + 1; {self.body(depth)} }} }}"
        if r < 0.96 and boxes:
            box = self.one(boxes)
            self.locals['k'] = self.locals['e'] = 'string'
            return f"{{ ok = first({box}, k, e); while (ok) {{ {self.body(0)}; ok = next({box}, {self.one(['k', 'undef'])}, e) }} }}"
        if self.self_ok: return f"SELF[{self.subscript()}] = {self.expr('any', 2)}"
        return self.expr('any', 2)

    # ---- types
    def type_(self, depth=2):
        o, r = self.one, self.rng.random()
        span = lambda: o(['', '', '', '(1..)', '(..5)', '(0..100)', '(2)', '(3..1)' if self.chance(0.02) else '(1..10)'])
        if depth <= 0 or r < 0.4: t = o(['long', 'double', 'string', 'boolean', 'property', 'number', 'element', 'resource', 'list', 'dict'] + self.types_known) + span()
        elif r < 0.5: t = f"choice({', '.join(self.rng.sample(self.strings, 3))})"
        elif r < 0.75:
            fields = ' '.join(f"'{k}' {o([':', '?'])} {self.full(depth - 1)}" for k in self.rng.sample(self.keys, self.rng.randrange(1, 4)))
            t = f"{o(['', 'extensible '])}{{ {fields} }}"
        else: t = self.type_(depth - 1)
        return t + o(['', '', '', '[]', '{}', '[1..]', '{0..3}', '*' if self.chance(0.2) else ''])

    def full(self, depth=2):
        t = self.type_(depth)
        if self.chance(0.25): t += ' = ' + self.rare(self.expr('any', 1), self.one(self.longs + self.strings + ['true', 'dict()', 'list()', '1.5', "dict('a', 1)", '1 + 2']))
        if self.chance(0.15):
            self_ok = self.self_ok
            t += ' with ' + self.one(['true', 'is_defined(SELF)', 'SELF != SELF', 'exists(SELF)', 'length(SELF) > 0', 'SELF > 0', "SELF == 'a'", self.expr('boolean', 2)])
            self.self_ok = self_ok
        return t

    # ---- statements
    def value(self, t):
        self.self_ok = True
        text = self.block(t) if self.chance(0.45) else self.expr(t)
        self.self_ok = False
        return text

    def statement(self, relative=False):
        r, o = self.rng.random(), self.one
        if r < 0.5 or relative:
            path = o(self.paths)
            t = self.assigned.get(path) or o(self.types)
            if len(path) > 2 and path[-1] in '013': t = o(self.types)
            if not relative: self.assigned[path] = t
            if self.chance(0.05): t = 'any'
            final = 'final ' if self.chance(0.04) else ''
            if self.chance(0.04): return f"'{path.lstrip('/') if relative else path}' = null;"
            return f"{final}'{path.lstrip('/') if relative else path}' {o(['=', '=', '=', '?='])} {self.value(t)};"
        if r < 0.68:
            name = o(['A', 'N', 'L', 'D', 'V', 'W'])
            t = self.globals.get(name) or o(self.types)
            text = f"{'final ' if self.chance(0.03) else ''}variable {name} {o(['=', '=', '?='])} {self.value(t)};"
            self.globals.setdefault(name, t)
            return text
        if r < 0.74:
            name, t = 'f' + str(len(self.functions)), o(self.types)
            self.in_function = True
            text = f"function {name} = {self.block(t)};"
            self.in_function = False
            self.functions.append((name, t))
            return text
        if r < 0.79:
            name = 't' + str(len(self.types_known))
            text = f"type {name} = {self.full()};"
            self.types_known.append(name)
            return text
        if r < 0.86: return f"bind '{o(self.paths)}' = {self.full()};"
        if r < 0.88: return f"valid '{o(self.paths)}' = {self.expr('boolean')};"
        if r < 0.90: return f"prefix '{self.rare(o(['', 'q', '/']), o(['/a', '/p']))}';"
        if r < 0.903: return f"'{o('abxyz')}' = {self.expr('any', 1)};"
        if r < 0.98 and self.ordinary: return f"include {o([chr(39) + o(self.ordinary) + chr(39), 'if_exists(' + chr(39) + o(self.ordinary) + chr(39) + ')', '{ ' + chr(39) + o(self.ordinary) + chr(39) + ' }', 'undef'])};"
        if r < 0.99: return f"'/o' = value('{self.name}/other:{o(self.paths)}', 'none');"
        return o(["'/' = merge(SELF, dict('root', 1));", "variable LOADPATH = list('sub');", "'/x' = if_exists('nosuch');", "variable A = undef;", ';'])

    # ---- who shares a list or dict with whom
    def store(self, list_):
        """A statement of a block whose SELF is a dict of dicts, or a list of dicts."""
        o = self.one
        item, other, n = o('st'), o('st'), self.rng.randrange(9)
        at = o(['0', '1', '-1']) if list_ else "'" + o('xyz') + "'"
        there = f"if (exists(SELF[{at}]) && is_dict(SELF[{at}])) "
        any_list = [lambda: f"append({item})", lambda: f"prepend({item})", lambda: f"append(SELF, {item})", lambda: f"prepend(+SELF, {item})",
                    lambda: f"foreach (i; v; list(7, 8)) append({item})", lambda: f"h = prepend({item})"]
        any_dict = [lambda: f"SELF['l{n % 2}'] = list({item}, {other})", lambda: f"if (is_dict(SELF)) append(SELF['l{n % 2}'], {item})",
                    lambda: f"if (is_dict(SELF)) prepend(SELF['l{n % 2}'], {item})", lambda: f"foreach (i; v; list('x', 'z')) SELF[v] = {item}"]
        return o([lambda: f"{item} = dict('k', {n})", lambda: f"{item} = {other}", lambda: f"{item}['k'] = {n}", lambda: f"{item}['m'] = dict('n', {n})",
                  lambda: f"{item}['m'] = {other}", lambda: f"SELF[{at}] = {item}", lambda: f"SELF[{at}] = {item}", lambda: f"SELF[{at}]['m'] = clone({item})",
                  lambda: there + f"{item} = SELF[{at}]", lambda: there + f"{item} = +SELF[{at}]", lambda: there + f"SELF[{at}]['k'] = {n}",
                  lambda: f"{item} = (SELF[{at}] = {other})", lambda: f"keep({at}, {item})", lambda: f"{item} = touch({item})", lambda: f"{item} = value('/g', {item})",
                  lambda: f"{item} = merge({item}, dict('n{n}', {n}))", lambda: f"if (is_defined(SELF)) delete(SELF[{at}])", lambda: f"{item} = G", lambda: f"SELF[{at}] = {item}['m']" if self.chance(0.2) else f"SELF[{at}] = {item}",
                  lambda: f"if (is_defined(SELF)) foreach (i; v; SELF) if (is_dict(v)) v['z'] = {n}"] + (any_list if list_ else any_dict))()

    def sharing(self):
        """Values stored in one place and in another, then changed in one."""
        o, lines = self.one, []
        place, list_ = o([('p', False), ('q', True)])
        if self.chance(0.5): lines.append(f"'/{place}' = {o(['list()', 'list(dict(' + chr(39) + 'k' + chr(39) + ', 1))', 'undef']) if list_ else o(['dict()', 'dict(' + chr(39) + 'x' + chr(39) + ', dict(' + chr(39) + 'k' + chr(39) + ', 1))', 'undef'])};")
        if self.chance(0.3): lines.append(f"'/{place}/{'0' if list_ else 'w'}/k' = 1;")
        for _ in range(self.rng.randrange(1, 4)):
            body = ["s = dict('k', 0)", "t = s" if self.chance(0.5) else "t = dict('k', 5)"] + [self.store(list_) for _ in range(self.rng.randrange(1, 6))]
            end = self.rare(o(['list(s)' if list_ else "dict('x', s, 'y', s)", 's']), o(['SELF', 'SELF', 'SELF', '+SELF', 'return(SELF)', 'clone(SELF)', 'merge(SELF, SELF)' if list_ else 'SELF']))
            lines.append(f"{o(['', '', '', 'final ']) if self.chance(0.1) else ''}{o([chr(39) + '/' + place + chr(39), 'variable V' + place])} = {{ {'; '.join(body)}; {end} }};")
            for _ in range(self.rng.randrange(3)):
                lines.append(o([f"'/{place}/{o('01') if list_ else o('xyz')}/k' = {self.rng.randrange(10, 20)};", f"'/{place}/{o('01') if list_ else o('xyz')}/m/n' = {self.rng.randrange(10, 20)};",
                                f"'/{place}/{o('01') if list_ else o('xyz')}' = {{ SELF['j'] = 3; SELF }};", f"'/copy' = value('/{place}', dict());", f"'/copy2' = if (path_exists('/{place}')) merge(value('/{place}'), value('/{place}')) else list();" if list_ else "'/g/k' = 8;"]))
        if self.chance(0.3): lines += [f"'/v{place}' = V{place};", f"'/v{place}/{'0' if list_ else 'x'}/k' = 30;"]
        return '\n'.join(lines)

    def write(self, folder):
        base = f"{folder}/{self.name}"
        os.makedirs(base)
        for i in range(self.rng.randrange(3)):
            name = f"{self.name}/s{i}"
            self.files[f"s{i}"] = f"structure template {name};\n" + '\n'.join(self.statement(True) for _ in range(self.rng.randrange(4))) + '\n'
            self.structures.append(name)
        later = []
        for i in range(self.rng.randrange(3)): later.append((f"inc{i}", self.one(['', 'unique ', 'declaration ' if self.chance(0.1) else ''])))
        self.ordinary = [f"{self.name}/{n}" for n, _ in later]
        lines = [self.statement() for _ in range(self.rng.randrange(1, 8))]
        if self.chance(0.4):
            later, self.ordinary = [], []
            lines = ["function keep = { SELF[ARGV[0]] = ARGV[1]; ARGV[1] };", "function touch = { ARGV[0]['t'] = 1; ARGV[0] };",
                                       "variable G = dict('k', 9);", "'/g' = dict('k', 4);", "variable Vp = dict();", "variable Vq = list();"] + [self.sharing() for _ in range(self.rng.randrange(1, 4))]
        for n, kind in later:
            self.ordinary, self.globals, self.functions = [], {'A': 'string', 'N': 'long'}, self.functions[:0]
            self.functions += [('f%d' % (10 + int(n[3:])), 'none')]
            self.files[n] = f"{kind}template {self.name}/{n};\n" + '\n'.join(self.statement() for _ in range(self.rng.randrange(1, 5))) + '\n'
        if self.chance(0.3): self.files['other'] = f"object template {self.name}/other;\n'/a' = 1;\n'/l' = list('p', dict('k', 2));\n'/d/k' = 'other';\n"
        self.files['o'] = f"object template {self.name}/o;\nvariable A = 'x';\nvariable N = 4;\n" + '\n'.join(lines) + '\n'
        for name, text in self.files.items():
            with open(f"{base}/{name}.pan", 'w') as f: f.write(text)
        with open(f"{base}/data.txt", 'w') as f: f.write('some text\n')


formats = ['json', 'xml', 'txt', 'dep']


def outcome(out, name, messages):
    """The profile of an object, or the classes of its errors, the first one first."""
    files = {}
    for suffix in formats:
        path = f"{out}/{name}/o.{suffix}"
        if os.path.exists(path): files[suffix] = open(path, 'rb').read()
    if files: return files
    return messages.get(name, [])


def run(command, top, out, names):
    os.makedirs(out)
    done = subprocess.run(command + ['--formats', 'json,pan,text,dep', '--include-path', top, '--output-dir', out] + [f"{top}/{n}/o.pan" for n in names],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
    text = done.stdout.decode('utf-8', 'replace')
    messages, current = {}, None
    for line in text.split('\n'):
        head = re.match(r'(\w+) error\b', line)
        if head: current = head.group(1)
        if line.startswith('crash '): current = 'crash'
        where = re.search(re.escape(top) + r'/(\w+)/', line)
        if current and where and not line.startswith('=='):
            messages.setdefault(where.group(1), []).append(current)
            current = None
    return messages, text


def said(text, name):
    """The part of the messages that speaks of this program."""
    return '\n'.join(l for l in text.split('\n') if f"/{name}/" in l or f"{name}/o" in l)[:1500]


print(f"# SEED={seed}")
wrong, n = 0, 0
for round in range(rounds):
    rng = random.Random(seed + round)
    top = os.path.realpath(tempfile.mkdtemp(prefix='weft-t.'))
    names = [f"p{i:04}" for i in range(programs)]
    for name in names: Program(rng, name).write(top + '/in')
    ours, our_text = run(['panc', '--messages', 'classic', '-j', '1'], top + '/in', top + '/ours', names)
    theirs, their_text = run(oracle + ['--nthread', '1'], top + '/in', top + '/theirs', names)
    different, built, both_failed = [], 0, 0
    for name in names:
        a, b = outcome(top + '/ours', name, ours), outcome(top + '/theirs', name, theirs)
        if isinstance(a, dict) and isinstance(b, dict):
            built += 1
            bad = [s for s in formats if a.get(s) != b.get(s)]
            if bad: different.append((name, f"{' '.join(bad)} differ"))
        elif isinstance(a, dict) or isinstance(b, dict):
            different.append((name, f"ours: {'built' if isinstance(a, dict) else a}, theirs: {'built' if isinstance(b, dict) else b}"))
        else:
            both_failed += 1
            if a and b and b[0] not in a: different.append((name, f"class: ours {a}, theirs {b}"))
    n += 1
    print(f"{'not ok' if different else 'ok'} {n} - SEED={seed + round}: {built} profiles are the same, {both_failed} programs refused by both")
    for name, why in different:
        print(f"# {name}: {why}")
        print('\n'.join('#   ' + l for l in (said(our_text, name) + '\n--\n' + said(their_text, name)).split('\n')))
    if different: wrong = 1
    if os.environ.get('KEEP'): shutil.move(top, f"{os.environ['KEEP']}/{seed + round}")
    else: shutil.rmtree(top)
    if built < programs // 10:
        n, wrong = n + 1, 1
        print(f"not ok {n} - enough of the programs are built")
print(f"1..{n}")
sys.exit(wrong)

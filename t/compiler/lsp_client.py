# A language server's other side, for tests: starts pan-lsp, speaks over pipes, waits for what it wants.
import json, subprocess, threading, queue

class Server:
    def __init__(self, *args):
        self.process = subprocess.Popen(["pan-lsp", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.incoming, self.diagnostics, self.last, self.versions = queue.Queue(), {}, 0, {}
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        out = self.process.stdout
        while True:
            length = None
            while (line := out.readline()) not in (b"\r\n", b""):
                name, value = line.split(b":")
                if name == b"Content-Length": length = int(value)
            if line == b"": break
            self.incoming.put(json.loads(out.read(length)))
        self.incoming.put(None)

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method, **params): self.send({"method": method, "params": params})

    def take(self, seconds=60):
        message = self.incoming.get(timeout=seconds)
        if message and message.get("method") == "textDocument/publishDiagnostics":
            p = message["params"]
            self.diagnostics[p["uri"]] = p["diagnostics"]
        return message

    def answer(self, id):
        while True:
            message = self.take()
            assert message is not None, "the server has gone"
            if message.get("id") == id and "method" not in message: return message

    def ask(self, method, **params):
        self.last += 1
        self.send({"id": self.last, "method": method, "params": params})
        reply = self.answer(self.last)
        if "error" in reply: raise RuntimeError(reply["error"]["message"])
        return reply["result"]

    def start(self, root, **options):
        result = self.ask("initialize", processId=None, rootUri="file://" + root, initializationOptions=options, capabilities={})
        self.notify("initialized")
        return result

    def open(self, uri, text):
        self.versions[uri] = 1
        self.notify("textDocument/didOpen", textDocument={"uri": uri, "languageId": "pan", "version": 1, "text": text})

    def change(self, uri, *changes):
        self.versions[uri] += 1
        self.notify("textDocument/didChange", textDocument={"uri": uri, "version": self.versions[uri]}, contentChanges=list(changes))

    # The diagnostics of a document, once the server has published some that satisfy `good`.
    def wait_diagnostics(self, uri, good=lambda d: True):
        while not (uri in self.diagnostics and good(self.diagnostics[uri])):
            assert self.take() is not None, "the server has gone"
        return self.diagnostics[uri]

    def stop(self):
        self.ask("shutdown")
        self.notify("exit")
        return self.process.wait(60)

def position(text, needle, into=0):
    at = text.index(needle) + into
    line = text.count("\n", 0, at)
    return {"line": line, "character": at - (text.rfind("\n", 0, at) + 1)}

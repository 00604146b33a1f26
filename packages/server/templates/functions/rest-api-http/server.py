# -*- coding: utf-8 -*-
import json
import re
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn

MOST_NOTES = 1000
MOST_BYTES = 16 * 1024
NOTE = re.compile(r"/notes/([0-9a-f]{32})")

# replace this by a database: another instance has other notes
notes = {}
lock = threading.Lock()


class Refusal(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(self.read)

    def do_POST(self):
        self.answer(self.create)

    def do_DELETE(self):
        self.answer(self.remove)

    def read(self, path):
        with lock:
            if path == "/notes":
                return 200, {"notes": list(notes.values())}
            return 200, self.note(path)

    def create(self, path):
        if path != "/notes":
            raise Refusal(404, "not here")
        try:
            text = json.loads(self.body())["text"]
        except (ValueError, KeyError, TypeError):
            raise Refusal(400, "the body must be a JSON object with text")
        if not isinstance(text, str) or not text.strip():
            raise Refusal(400, "text must be text")
        with lock:
            if len(notes) >= MOST_NOTES:
                raise Refusal(409, "there are %d notes already" % MOST_NOTES)
            note = {"id": uuid.uuid4().hex, "text": text}
            notes[note["id"]] = note
        return 201, note

    def remove(self, path):
        with lock:
            del notes[self.note(path)["id"]]
        return 204, None

    def note(self, path):
        found = NOTE.fullmatch(path)
        if not found or found.group(1) not in notes:
            raise Refusal(404, "not here")
        return notes[found.group(1)]

    def body(self):
        size = int(self.headers.get("Content-Length") or 0)
        if size > MOST_BYTES:
            # the rest of the body is not read, so the connection cannot be used again
            self.close_connection = True
            raise Refusal(413, "the body has more than %d bytes" % MOST_BYTES)
        return self.rfile.read(size)

    def answer(self, work):
        try:
            status, value = work(self.path.split("?")[0])
        except Refusal as refusal:
            status, value = refusal.status, {"error": str(refusal)}
        body = b"" if value is None else json.dumps(value, ensure_ascii=False).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingMixIn, HTTPServer):
    daemon_threads = True


Server(("127.0.0.1", 8000), Handler).serve_forever()

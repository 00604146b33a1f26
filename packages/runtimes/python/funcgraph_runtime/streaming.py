# -*- coding: utf-8 -*-
"""Answers that a handler gives piece by piece: a generator, or anything else with a `next`. See PROTOCOL.md."""
from funcgraph_runtime import json_text
from funcgraph_runtime.text import PY2, byte_types, text_type, to_bytes, to_text

MAX_RESULT = 6291456
MAX_CHUNK = 256 * 1024
WINDOW = 1024 * 1024
CHUNK_COST = 256
MAX_HEADERS = 200

_dumps = json_text.dumps
_NEXT = 'next' if PY2 else '__next__'


def is_stream(value):
    return hasattr(value, _NEXT)


def make_head(status_code, headers, content_type):
    """Status and headers as the protocol carries them. Raises TypeError."""
    pairs = []
    if content_type is not None:
        pairs.append(['Content-Type', to_text(content_type)])
    for name, value in (headers or {}).items():
        for each in value if isinstance(value, (list, tuple)) else [value]:
            pairs.append([to_text(name), to_text(each)])
    if len(pairs) > MAX_HEADERS:
        raise TypeError('a response has at most %d headers' % MAX_HEADERS)
    head = {'headers': pairs}
    if status_code is not None:
        if not isinstance(status_code, int) or isinstance(status_code, bool):
            raise TypeError('status_code must be a whole number')
        head['statusCode'] = status_code
    return head


def piece_bytes(piece):
    if isinstance(piece, text_type):
        return to_bytes(piece)
    if isinstance(piece, byte_types):
        return bytes(piece)
    raise TypeError('a streamed piece must be str or bytes, not %s' % type(piece).__name__)


class TooLarge(Exception):
    """The answer is larger than allowed."""


class Collector(object):
    """Collects the pieces when the caller wants one answer."""

    cancelled = False

    def __init__(self):
        self._parts = []
        self.size = 0

    def write(self, data):
        self.size += len(data)
        if self.size > MAX_RESULT:
            raise TooLarge()
        self._parts.append(data)

    def end(self):
        return b''.join(self._parts)


class ChunkSender(object):
    """Sends the pieces within the credit of the server. `wait(sender)` returns after a frame that may concern it."""

    def __init__(self, link, request_id, context, wait):
        self._link = link
        self._request_id = request_id
        self._context = context
        self._wait = wait
        self._credit = WINDOW
        self._begun = False
        self.cancelled = False

    def write(self, data):
        view = memoryview(data)
        at = 0
        while at < len(view) and not self.cancelled:
            size = min(len(view) - at, MAX_CHUNK, self._credit - CHUNK_COST)
            if size <= 0:
                self._wait(self)
                continue
            self._send(view[at:at + size].tobytes())
            at += size

    def _send(self, body):
        header = {'type': 'chunk', 'requestId': self._request_id}
        if not self._begun:
            self._begun = True
            if self._context.response_head is not None:
                header['head'] = self._context.response_head
        self._credit -= len(body) + CHUNK_COST
        self._link.send(_dumps(header), body)

    def end(self):
        if not self._begun and not self.cancelled:
            self._send(b'')
        return b''

    def lacks_credit(self):
        return self._credit <= CHUNK_COST

    def grant(self, count):
        self._credit += count

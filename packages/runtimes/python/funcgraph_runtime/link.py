# -*- coding: utf-8 -*-
"""The instance's half of PROTOCOL.md."""
import os
import struct
import time

# The C modules under `socket` and `threading`: importing those would take half of the start time.
import _socket
import select
try:
    import _thread
except ImportError:
    import thread as _thread

from funcgraph_runtime import json_text
from funcgraph_runtime.raw_output import RawOutput
from funcgraph_runtime.text import text_type, to_bytes

MAX_HEADER = 64 * 1024
MAX_BODY = 8 * 1024 * 1024
MAX_LOG = 90 * 1024

# User code may replace these; the link must keep working.
_loads = json_text.loads
_dumps = json_text.dumps
_now = time.time
# Python 2 has no other.
_clock = getattr(time, 'perf_counter', time.time)
_getpid = os.getpid
_exit = os._exit


class Link(object):
    """The instance's half of the protocol. Sending blocks when the server does not read: no frames are queued."""

    def __init__(self, path):
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self._socket.connect(path)
        self._lock = _thread.allocate_lock()
        self._rest = b''
        # When each running request began.
        self._begun = {}
        self._raw = RawOutput()
        self.pid = _getpid()

    def _more(self, count):
        """Exactly `count` bytes; ends the process when the server disconnected."""
        if len(self._rest) >= count:
            taken, self._rest = self._rest[:count], self._rest[count:]
            return taken
        missing = count - len(self._rest)
        if missing < 65536:
            parts = [self._rest]
            while missing > 0:
                chunk = self._socket.recv(65536)
                if not chunk:
                    _exit(71)
                parts.append(chunk)
                missing -= len(chunk)
            data = b''.join(parts)
            self._rest = data[count:]
            return data[:count]
        whole = bytearray(count)
        view = memoryview(whole)
        filled = len(self._rest)
        view[:filled] = self._rest
        self._rest = b''
        while filled < count:
            got = self._socket.recv_into(view[filled:])
            if got == 0:
                _exit(71)
            filled += got
        return whole

    def receive(self):
        """The next frame: `(header, body)`. A broken frame ends the process."""
        head = self._more(8)
        header_length, body_length = struct.unpack('>II', head)
        if header_length > MAX_HEADER or body_length > MAX_BODY:
            _exit(70)
        try:
            header = _loads(bytes(self._more(header_length)).decode('utf-8'))
        except ValueError:
            _exit(70)
        return header, self._more(body_length)

    def begin(self, request_id):
        """The time of a request counts from here."""
        self._begun[request_id] = _clock()

    def readable(self):
        """Whether a frame, or a part of one, has arrived."""
        return bool(self._rest) or bool(select.select([self._socket], [], [], 0)[0])

    def send(self, header, body=b''):
        if _getpid() != self.pid:
            # A forked child must not send frames for its parent.
            raise OSError('the link belongs to the parent process')
        head = to_bytes(header if isinstance(header, text_type) else header.decode('utf-8'))
        frame = struct.pack('>II', len(head), len(body)) + head + bytes(body)
        with self._lock:
            try:
                self._socket.sendall(frame)
            except (OSError, _socket.error):
                _exit(71)

    def hello(self, runtime):
        self.send(_dumps({'type': 'hello', 'protocol': 1, 'runtime': runtime}))

    def log(self, request_id, level, text):
        """One log message, cut into pieces of at most 90 KiB that split no character."""
        header = _dumps({'type': 'log', 'requestId': request_id, 'level': level, 'time': int(_now() * 1000)})
        data = to_bytes(text)
        while len(data) > MAX_LOG:
            end = MAX_LOG
            while end > MAX_LOG - 4 and (ord(data[end:end + 1]) & 0xC0) == 0x80:
                end -= 1
            self.send(header, data[:end])
            data = data[end:]
        self.send(header, data)

    def give_back(self, request_ids):
        """Returns requests that have not begun."""
        self.send(_dumps({'type': 'returned', 'requestIds': request_ids}))

    def result(self, request_id, code, payload):
        """Answers a request; returns whether it may have written output beside the link."""
        now = _clock()
        ms = (now - self._begun.pop(request_id, now)) * 1000
        header = {'type': 'result', 'requestId': request_id, 'code': code, 'ms': max(ms, 0)}
        is_raw = self._raw.was_written()
        if is_raw:
            header['raw'] = True
        self.send(_dumps(header), payload)
        return is_raw

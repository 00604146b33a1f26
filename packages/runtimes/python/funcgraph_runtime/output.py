# -*- coding: utf-8 -*-
"""Turns the output of the function into log messages."""
import os

try:
    import _thread
except ImportError:
    import thread as _thread

from funcgraph_runtime.link import MAX_LOG
from funcgraph_runtime.text import PY2, byte_types, text_type, to_bytes

_getpid = os.getpid
_write = os.write


class BinaryOutput(object):
    """`sys.stdout.buffer`: bytes go the same way as text."""

    def __init__(self, output):
        self._output = output
        self.raw = self
        self.closed = False

    def write(self, data):
        self._output.write(bytes(data).decode('utf-8', 'replace'))
        return len(data)

    def flush(self):
        self._output.flush()

    def fileno(self):
        return self._output.fileno()

    def isatty(self):
        return False

    def writable(self):
        return True


class Pending(_thread._local):
    """The unfinished line of one thread: lines of requests that run at once do not mix."""

    def __init__(self):
        self.parts = []
        self.size = 0
        self.softspace = 0


class Output(object):
    """A standard stream whose finished lines become log messages."""

    encoding = 'utf-8'
    errors = 'replace'
    newlines = None
    line_buffering = True
    closed = False
    mode = 'w'

    def __init__(self, fd, name, emit, pid):
        self._fd = fd
        self.name = name
        self._emit = emit
        self._pid = pid
        self._pending = Pending()
        self.buffer = BinaryOutput(self)

    def write(self, text):
        if not isinstance(text, text_type):
            if not (PY2 and isinstance(text, byte_types)):
                raise TypeError('write() argument must be str, not %s' % type(text).__name__)
            text = bytes(text).decode('utf-8', 'replace')
        if _getpid() != self._pid:
            _write(self._fd, to_bytes(text))
            return len(text)
        if not text:
            return 0
        pending = self._pending
        pending.parts.append(text)
        pending.size += len(text)
        if text[-1] == u'\n' or pending.size >= MAX_LOG:
            self.finish()
        return len(text)

    def finish(self):
        """Emits this thread's line, finished or not."""
        pending = self._pending
        if not pending.size:
            return
        text = u''.join(pending.parts)
        pending.parts = []
        pending.size = 0
        if text[-1] == u'\n':
            text = text[:-1]
        if text:
            self._emit(text)

    # The print statement of Python 2 stores here whether a space is due.
    @property
    def softspace(self):
        return self._pending.softspace

    @softspace.setter
    def softspace(self, value):
        self._pending.softspace = value

    def flush(self):
        if _getpid() == self._pid:
            self.finish()

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def fileno(self):
        return self._fd

    def isatty(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def reconfigure(self, **_options):
        pass

    def close(self):
        self.flush()

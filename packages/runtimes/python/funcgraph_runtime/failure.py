# -*- coding: utf-8 -*-
"""Failures of the function as the payload texts of the contract."""
import os

from funcgraph_runtime import json_text
from funcgraph_runtime.text import to_bytes, to_text

_dumps = json_text.dumps
MAX_CAUSES = 5
# Characters of a text of an error, and of a frame of its stack: the function could not answer with all of a larger one.
MAX_TEXT = 64 * 1024
MAX_FRAME = 1024
# Of each end of a stack.
MAX_FRAMES = 100
OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + '/'

PREFIX = {
    4001: u'function entry exception, error: ',
    4002: u'function invocation exception, error: ',
    4007: u'function result is invalid, error: ',
    4009: u'function initialization exception, error: ',
}


class ConfigError(Exception):
    """A mistake in the configuration or package; its payload has no stack."""

    def __init__(self, kind, message):
        Exception.__init__(self, message)
        self.kind = kind
        self.text = message


class Failure(object):
    """Payload and log text of a failed call; the log also has the exception's type and causes."""

    def __init__(self, code, kind, text, frames, causes=(), is_named=True):
        self.code = code
        kind = kind[:MAX_FRAME]
        text = text[:MAX_TEXT]
        message = PREFIX[code] + text
        body = u'{"errorMessage": %s, "errorType": %s' % (dump(message), dump(kind))
        if frames is not None:
            body += u', "stackTrace": %s' % dump(frames)
        self.payload = to_bytes(body + u'}')
        shown = PREFIX[code] + (named(kind, text) if is_named else text)
        self.log = u'\n    '.join([shown] + (frames or []) + list(causes))


def named(kind, text):
    return kind + u': ' + text if text else kind


def dump(value):
    """JSON text that keeps characters readable. Raises TypeError, ValueError or RecursionError."""
    try:
        return to_text(_dumps(value, ensure_ascii=False, allow_nan=False))
    except UnicodeDecodeError:
        # Python 2 with bytes that are not UTF-8 beside text.
        return to_text(_dumps(value, allow_nan=False))


def describe(code, error, trace, code_root):
    if isinstance(error, ConfigError):
        return Failure(code, to_text(error.kind), to_text(error.text), None, is_named=False)
    kind = to_text(type(error).__name__)
    if isinstance(error, SyntaxError) and error.filename and trace_is_outside(trace, error.filename):
        where = u'%s:%s' % (shorten(to_text(error.filename), code_root), error.lineno)
        return Failure(code, kind, u'%s (%s)' % (to_text(error.msg), where), None)
    return Failure(code, kind, to_text(error), frames_of(trace, code_root), causes_of(error, code_root))


def frames_of(trace, code_root):
    if trace is None:
        return []
    import traceback
    frames = [
        (u'File "%s", line %s, in %s' % (shorten(to_text(name), code_root), line, to_text(function)))[:MAX_FRAME]
        for name, line, function, _ in traceback.extract_tb(trace)
        if not os.path.abspath(name).startswith(OWN_FOLDER) and not name.startswith('<frozen importlib')
    ]
    left_out = len(frames) - 2 * MAX_FRAMES
    if left_out <= 0:
        return frames
    return frames[:MAX_FRAMES] + [u'... %s more' % left_out] + frames[-MAX_FRAMES:]


def causes_of(error, code_root):
    """Lines about the chained exceptions of Python 3."""
    lines = []
    for _ in range(MAX_CAUSES):
        hidden = getattr(error, '__suppress_context__', False)
        error = getattr(error, '__cause__', None) or (None if hidden else getattr(error, '__context__', None))
        if error is None:
            break
        lines.append(u'Caused by: ' + named(to_text(type(error).__name__), to_text(error)[:MAX_TEXT]))
        lines.extend(frames_of(error.__traceback__, code_root))
    return lines


def trace_is_outside(trace, filename):
    """A static syntax error names a file that no frame has entered."""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            return False
        trace = trace.tb_next
    return True


def shorten(name, code_root):
    return u'.' + name[len(code_root):] if name.startswith(code_root + u'/') else name

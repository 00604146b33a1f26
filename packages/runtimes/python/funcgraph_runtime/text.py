# -*- coding: utf-8 -*-
"""Text and bytes in Python 2 and 3."""
import sys

PY2 = sys.version_info[0] == 2

if PY2:
    text_type = unicode  # noqa: F821
    byte_types = (str, bytearray)
else:
    text_type = str
    byte_types = (bytes, bytearray, memoryview)


def to_text(value):
    """Text of anything; never raises."""
    try:
        if isinstance(value, text_type):
            return value
        if isinstance(value, byte_types):
            return bytes(value).decode('utf-8', 'replace')
        return text_type(value)
    except BaseException:
        # The text of an exception is the user's code, which may end the process.
        try:
            return bytes(value).decode('utf-8', 'replace') if PY2 else repr(value)
        except BaseException:
            return u'<%s>' % type(value).__name__


def to_bytes(text):
    """UTF-8 of a text; lone surrogates, which UTF-8 cannot carry, become question marks."""
    return text.encode('utf-8', 'replace')


def native(text):
    """The language's own string type, as functions expect it."""
    return text.encode('utf-8') if PY2 else text


def encode_all(value):
    """Python 2 functions expect `str`: configuration texts become UTF-8 bytes."""
    if isinstance(value, dict):
        return dict((encode_all(key), encode_all(item)) for key, item in value.items())
    return value.encode('utf-8') if isinstance(value, text_type) else value

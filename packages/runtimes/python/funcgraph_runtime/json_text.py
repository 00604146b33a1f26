# -*- coding: utf-8 -*-
"""
`json.loads` and `json.dumps` by the same C functions, without the module: it loads `re` and `enum`, which takes as long as the
start of the interpreter. What they cannot do, errors among it, is left to the module.
"""
import os
import sys

try:
    from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner
except ImportError:
    # Python 2, or an interpreter without the C functions.
    make_encoder = None

SPACE = u' \t\n\r'
# All that the module loads. Code with such names would take their places in programs that import the module later.
LOADED = frozenset((
    'collections', 'copyreg', 'enum', 'functools', 'json', 'keyword', 'operator', 're', 'reprlib', 'sre_compile',
    'sre_constants', 'sre_parse', 'types',
))


def load_before(folders):
    """Call with the folders that modules will be found in first: names of the code must not hide those of the module."""
    if make_encoder is None or 'json' in sys.modules:
        return
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        if any(name.split('.', 1)[0] in LOADED for name in names):
            import json  # noqa: F401
            return


if make_encoder is None:
    from json import dumps, loads  # noqa: F401
else:
    class _Options(object):
        strict = True
        object_hook = None
        object_pairs_hook = None
        parse_float = float
        parse_int = int
        parse_constant = {'-Infinity': float('-inf'), 'Infinity': float('inf'), 'NaN': float('nan')}.__getitem__
        memo = {}

    _scan = make_scanner(_Options)

    def loads(text):
        """Raises as `json.loads` does."""
        try:
            value, end = _scan(text, len(text) - len(text.lstrip(SPACE)))
            if end == len(text) or not text[end:].strip(SPACE):
                return value
        except StopIteration:
            pass
        import json
        return json.loads(text)

    def _default(value):
        import json
        return json.JSONEncoder().default(value)

    def dumps(value, ensure_ascii=True, allow_nan=True):
        """Raises as `json.dumps` does."""
        encode = encode_basestring_ascii if ensure_ascii else encode_basestring
        return ''.join(make_encoder({}, _default, encode, None, ': ', ', ', False, False, allow_nan)(value, 0))

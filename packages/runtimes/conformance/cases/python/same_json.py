# -*- coding: utf-8 -*-
"""Compares what the runtime reads and writes with the module `json`."""
import random
import re
import sys

WAS_LOADED = 'json' in sys.modules

import json  # noqa: E402

from funcgraph_runtime import json_text  # noqa: E402

SEED = u'{"a":[1,2.5,"\\u00e9",null,true,{"b":-1e3}],"c":"\U0001f600"} '
TEXTS = [
    u'', u' ', u'1', u' 1 ', u'1 2', u'{', u'[1,]', u'\ufeff1', u'"\\ud800"', u'"a\nb"', u'NaN', u'-Infinity', u'1e999',
    u'-0', u'01', u'nul', u'\t[1]\r\n', u'\x0b1', u'1\xa0', u'{"a":1,"a":2}', u'[' * 100000, u'12345678901234567890123',
    u'{"a" 1}', u"{'a':1}", u'"\\x"', u'{1:2}',
]
INSERTED = u'{}[]",:\\0 1e-.naNI\n\x00\x0b\xa0'


class Text(str):
    pass


class Number(int):
    pass


class Plain(object):
    def __repr__(self):
        return 'Plain'


def loop():
    found = []
    found.append(found)
    return found


def deep():
    found = []
    for _ in range(100000):
        found = [found]
    return found


def values():
    return [
        None, True, 1, Number(3), 1.5, float('nan'), float('inf'), u'\u00e9\u2028"\\\x00', Text('x'), [], (), {},
        {1: 2, None: 3, True: 4, 2.5: 5}, {(1,): 2}, [1, (2, [3])], loop(), Plain(), set([1]), b'x', u'\ud800', 10 ** 30,
        -0.0, {'a': {'b': [Plain()]}},
    ]


def outcome(work, *args, **options):
    try:
        return 'returned', repr(work(*args, **options))
    except Exception as error:
        return type(error).__name__, re.sub('0x[0-9a-f]+', '', str(error))


def changed(random_source):
    text = list(SEED)
    for _ in range(random_source.randint(1, 3)):
        at = random_source.randrange(len(text))
        text[at:at + random_source.randint(0, 1)] = random_source.choice([u''] + list(INSERTED))
    return u''.join(text)


def check(event, context):
    random_source = random.Random(event['seed'])
    texts = TEXTS + [changed(random_source) for _ in range(event['texts'])]
    different = [text[:80] for text in texts if outcome(json_text.loads, text) != outcome(json.loads, text)]
    for value in values():
        for options in ({}, {'ensure_ascii': False, 'allow_nan': False}):
            if outcome(json_text.dumps, value, **options) != outcome(json.dumps, value, **options):
                different.append(repr(value))
    if outcome(json_text.dumps, deep())[0] != outcome(json.dumps, deep())[0]:
        different.append('deep')
    return {'wasLoaded': WAS_LOADED, 'different': different}


def patched(event, context):
    json.JSONEncoder.default = lambda self, value: repr(value)
    return [Plain()]

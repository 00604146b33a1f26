# -*- coding: utf-8 -*-
"""Enters the function's environment and finds its entry points."""
import os
import sys
import time

from funcgraph_runtime.failure import ConfigError
from funcgraph_runtime.json_text import load_before
from funcgraph_runtime.text import PY2

HOST_PREFIXES = ('/usr', '/usr/local')
SHIM_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def split_entry(entry, what):
    left, dot, right = entry.rpartition('.')
    if not dot or not left or not right:
        raise ConfigError('FunctionConfigError', u"%s '%s' must have the form [file].[function]" % (what, entry))
    return left, right


def load_module(code_root, name):
    """Imports `dir/file` or `dir.file` relative to the code root under its dotted name, as user code would."""
    missing = ConfigError('FunctionLoadError', u"not found module './%s.py'" % name)
    relative = name.strip('/')
    base = os.path.join(code_root, relative)
    if not os.path.isfile(base + '.py') and '.' in relative:
        relative = relative.replace('.', '/')
        base = os.path.join(code_root, relative)
    folder, _, leaf = base.rpartition('/')
    try:
        found = any(entry.split('.', 1)[0] == leaf for entry in os.listdir(folder))
    except OSError:
        found = False
    if not found or '..' in relative.split('/'):
        raise missing
    dotted = relative.replace('/', '.')
    if PY2 and '/' in relative and not os.path.isfile(os.path.join(folder, '__init__.py')):
        import imp
        return imp.load_source(dotted.replace('.', '_'), base + '.py')
    taken = getattr(sys.modules.get(dotted), '__file__', None)
    if taken and not taken.startswith(base + '.') and os.path.isfile(base + '.py'):
        # The runtime has loaded a module of the standard library that has the name of this file.
        del sys.modules[dotted]
    __import__(dotted)
    return sys.modules[dotted]


def load_entry(code_root, entry, what):
    name, function = split_entry(entry, what)
    module = load_module(code_root, name)
    found = getattr(module, function, None)
    if not callable(found):
        raise ConfigError('FunctionConfigError', u"%s '%s' not found in module './%s.py'" % (what, function, name))
    return found


def enter_environment(frame):
    inherited = os.environ.get('LD_LIBRARY_PATH')
    for key in list(os.environ):
        if key.startswith('FUNCGRAPH_'):
            del os.environ[key]
    for key, value in frame['env'].items():
        if PY2:
            key, value = key.encode('utf-8'), value.encode('utf-8')
        os.environ[key] = value
    own = frame['env'].get('LD_LIBRARY_PATH')
    if inherited and own:
        os.environ['LD_LIBRARY_PATH'] = inherited + ':' + os.environ['LD_LIBRARY_PATH']
    if 'TZ' in frame['env']:
        time.tzset()
    root = frame['codeRoot']
    if PY2:
        root = root.encode('utf-8')
    real = os.path.realpath(root)
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != SHIM_DIR]
    extra = os.environ.get('PYTHONPATH', '') if 'PYTHONPATH' in frame['env'] else ''
    own = [real] + [entry for entry in extra.split(':') if entry]
    load_before(own)
    sys.path[:0] = own
    add_site_packages()
    try:
        # The code may have been attached after this process started: open the folder again.
        os.chdir(os.path.dirname(root))
    except OSError:
        pass
    return real


def add_site_packages():
    """
    Started without `site`, an interpreter with a tree of its own lacks its packages, and every one lacks `exit`. The
    packages of the host's interpreter are excluded: a function that used them would run on this machine only.
    """
    if 'site' in sys.modules:
        return
    folder = os.path.join(sys.prefix, 'lib', 'python%d.%d' % sys.version_info[:2], 'site-packages')
    if sys.prefix not in HOST_PREFIXES and folder not in sys.path and os.path.isdir(folder):
        sys.path.append(folder)
    if PY2:
        import __builtin__ as builtins
    else:
        import builtins
    for name in ('exit', 'quit'):
        if not hasattr(builtins, name):
            setattr(builtins, name, sys.exit)

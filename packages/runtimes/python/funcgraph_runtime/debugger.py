# -*- coding: utf-8 -*-
"""Opens the debugger of this process, and starts another process that leads to it: this one stops at breakpoints."""
import os
import subprocess
import sys

from funcgraph_runtime.load import SHIM_DIR

MISSING = (
    u'the debugger cannot be opened: %s. Python functions are debugged with debugpy: install it beside the code '
    u'(pip install --target . debugpy), or in a dependency of the function.'
)


def open_debugger(debug):
    """`debug` is that of `init`; the environment has been entered. Returns what is wrong, or an empty text."""
    try:
        # debugpy warns about modules of Python that no breakpoint is set in
        os.environ['PYDEVD_DISABLE_FILE_VALIDATION'] = '1'
        import debugpy
        del os.environ['PYDEVD_DISABLE_FILE_VALIDATION']
        try:
            debugpy.listen(('127.0.0.1', debug['port']), in_process_debug_adapter=True)
        except TypeError:
            # before debugpy 1.8.1
            debugpy.listen(('127.0.0.1', debug['port']))
    except Exception as error:
        return MISSING % error
    devnull = open(os.devnull, 'r+b')
    subprocess.Popen(
        [sys.executable, '-I', '-S', os.path.join(SHIM_DIR, 'debug_relay.py'), str(debug['port']), debug['door']],
        stdin=devnull, stdout=devnull, stderr=devnull, close_fds=True,
    )
    devnull.close()
    return u''

# -*- coding: utf-8 -*-
"""Runs one Python function: connects to the server, loads the code at `init`, then answers requests.

One source for Python 2.7 and 3.6 to 3.13, standard library only. Speaks PROTOCOL.md.
"""
import os
import sys

# Isolated mode leaves the folder of the script out.
_folder = os.path.dirname(os.path.abspath(__file__))
if _folder not in sys.path:
    sys.path.insert(0, _folder)

from funcgraph_runtime.link import Link  # noqa: E402
from funcgraph_runtime.requests import Runner  # noqa: E402

_exit = os._exit


def main():
    link = Link(os.environ['FUNCGRAPH_LINK'])
    runner = Runner(link)
    if os.environ.get('FUNCGRAPH_REHEARSE'):
        # No request waits for this process, and functions that log or fail need them.
        import json  # noqa: F401
        import logging  # noqa: F401
        import traceback  # noqa: F401
    link.hello('python ' + sys.version.split()[0])
    runner.capture()
    workers = None
    while True:
        frame, body = link.receive()
        kind = frame.get('type')
        if kind == 'invoke' and runner.handler is not None:
            if workers is None:
                runner.lane.append((frame, body))
                runner.run_lane()
            else:
                workers.submit(frame, body)
        elif kind == 'init' and runner.fixed is None:
            runner.init(frame)
            limit = frame.get('concurrency', 1)
            if limit > 1:
                from funcgraph_runtime.workers import Workers
                import threading
                runner.news = threading.Condition()
                workers = Workers(runner, limit)
        elif kind == 'recall' and runner.handler is not None:
            runner.give_back()
        elif runner.on_stream(frame):
            pass
        else:
            _exit(70)


if __name__ == '__main__':
    main()

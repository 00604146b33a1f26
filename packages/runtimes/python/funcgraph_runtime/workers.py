# -*- coding: utf-8 -*-
"""Threads for functions that take several requests at once."""
import os
import threading

try:
    import queue
except ImportError:
    import Queue as queue

_exit = os._exit


class Workers(object):
    """Threads for functions that take several requests at once; never more than the agreed concurrency."""

    def __init__(self, runner, limit):
        self._runner = runner
        self._limit = limit
        self._jobs = queue.Queue()
        self._lock = threading.Lock()
        self._free = 0
        self._threads = []

    def submit(self, frame, body):
        if self._jobs.qsize() > self._limit:
            # More requests than agreed: the server violated the protocol.
            _exit(70)
        with self._lock:
            if self._free > 0:
                self._free -= 1
            elif len(self._threads) < self._limit:
                thread = threading.Thread(target=self._work)
                thread.daemon = True
                self._threads.append(thread)
                thread.start()
        self._jobs.put((frame, body))

    def _work(self):
        while True:
            frame, body = self._jobs.get()
            self._runner.invoke(frame, body)
            with self._lock:
                self._free += 1

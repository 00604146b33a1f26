# -*- coding: utf-8 -*-
"""Whether something was written to standard output or error past this runtime: by child processes or native code."""
import os
import time

_fstat = os.fstat
_now = time.time
# The clock of the kernel's time stamps is coarser than ours.
TICK = 0.02


class RawOutput(object):
    """Checks the change time of the pipes, which each write updates."""

    def __init__(self):
        self._last = [self._changed(1), self._changed(2)]

    @staticmethod
    def _changed(fd):
        try:
            return _fstat(fd).st_mtime
        except OSError:
            # The function closed it.
            return 0

    def was_written(self):
        """Whether it may have been since the last call."""
        out, err = self._changed(1), self._changed(2)
        moved = out != self._last[0] or err != self._last[1]
        self._last = [out, err]
        return moved or max(out, err) > _now() - TICK

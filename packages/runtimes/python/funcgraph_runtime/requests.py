# -*- coding: utf-8 -*-
"""Runs the initializer and the handler. Every request ends in exactly one result."""
import os
import sys
import time
from _collections import deque

from funcgraph_runtime import json_text
from funcgraph_runtime.context import Context
from funcgraph_runtime.failure import ConfigError, Failure, describe, dump
from funcgraph_runtime.load import enter_environment, load_entry
from funcgraph_runtime.output import Output
from funcgraph_runtime.streaming import ChunkSender, Collector, TooLarge, is_stream, piece_bytes
from funcgraph_runtime.text import PY2, encode_all, native, text_type, to_bytes, to_text

MAX_RESULT = 6291456

_loads = json_text.loads
_dumps = json_text.dumps
_now = time.time
_getpid = os.getpid
_exit = os._exit


class Runner(object):
    """Holds the handler and runs requests; `current`, started last, gets the printed output."""

    def __init__(self, link):
        self.link = link
        self.current = ''
        self.handler = None
        self.fixed = None
        self.code_root = u''
        # Requests that stream their answer, by id.
        self.streams = {}
        # Set when several requests run at once: then the main thread reads the link, and streams wait here for it.
        self.news = None
        # Requests that came while another ran; see Lanes in PROTOCOL.md.
        self.lane = deque()
        # Whether the last request may have written output beside the link.
        self.is_raw = False
        self.outputs = []

    def capture(self):
        for fd, name, level in ((1, '<stdout>', 'INFO'), (2, '<stderr>', 'ERROR')):
            output = Output(fd, name, lambda text, level=level: self.link.log(self.current, level, text), self.link.pid)
            self.outputs.append(output)
        sys.stdout, sys.stderr = self.outputs
        sys.__stdout__, sys.__stderr__ = self.outputs

    def flush(self):
        for output in self.outputs:
            output.finish()

    def init(self, frame):
        """Loads the code and runs the initializer; answers with `ready` or `failed`."""
        real = enter_environment(frame)
        self.code_root = to_text(real)
        self.fixed = frame['context']
        if PY2:
            self.fixed = encode_all(self.fixed)
        if frame.get('debug'):
            from funcgraph_runtime.debugger import open_debugger
            fault = open_debugger(frame['debug'])
            if fault:
                self.link.log('', 'WARN', fault)
        started = _now()
        loaded = started
        phase, code = 'load', 4001
        try:
            if frame.get('initializer'):
                code = 4009
                initializer = load_entry(real, native(frame['initializer']), 'initializer')
                loaded = _now()
                phase = 'init'
                self.link.send(_dumps({'type': 'initializing'}))
                initializer(Context(self.fixed, None, self.link))
                phase, code = 'load', 4001
            self.handler = load_entry(real, native(frame['handler']), 'handler')
        except BaseException as error:
            self.flush()
            if code == 4009 and isinstance(error, ConfigError) and error.kind == 'FunctionConfigError':
                phase = 'init'
            failure = describe(code, error, sys.exc_info()[2], self.code_root)
            self.link.log('', 'ERROR', failure.log)
            self.link.send(_dumps({'type': 'failed', 'phase': phase, 'code': code}), failure.payload)
            return
        self.flush()
        done = _now()
        if not frame.get('initializer'):
            loaded = done
        times = {'type': 'ready', 'loadMs': elapsed(started, loaded), 'initMs': elapsed(loaded, done), 'pipeline': True}
        self.link.send(_dumps(times))

    def invoke(self, frame, body):
        """Runs one request to its result; never raises."""
        request_id = frame['requestId']
        self.current = request_id
        self.link.begin(request_id)
        if PY2 and 'credentials' in frame:
            frame = encode_all(frame)
        code, payload, log = self.call(frame, body)
        self.flush()
        if log:
            self.link.log(request_id, 'ERROR', log)
        self.is_raw = self.link.result(request_id, code, payload)

    def call(self, frame, body):
        try:
            event = _loads(bytes(body).decode('utf-8'))
        except (ValueError, RuntimeError) as error:
            text = to_text(error)
            return 4002, to_bytes(text), text
        pid = _getpid()
        context = Context(self.fixed, frame, self.link)
        try:
            value = self.handler(event, context)
        except BaseException as error:
            if _getpid() != pid:
                _exit(1)
            failure = describe(4002, error, drop_own(sys.exc_info()[2]), self.code_root)
            return failure.code, failure.payload, failure.log
        if _getpid() != pid:
            # The handler forked and its child came back here: only the parent answers.
            _exit(0)
        if is_stream(value):
            return self.stream(frame, context, value)
        try:
            payload = serialise(value)
        except Exception as error:
            failure = Failure(4007, to_text(type(error).__name__), to_text(error), None)
            return failure.code, failure.payload, failure.log
        if len(payload) > MAX_RESULT:
            return too_large(len(payload))
        return 0, payload, u''

    def stream(self, frame, context, source):
        """Sends the pieces of `source`; closes it when the caller no longer reads the answer."""
        request_id = frame['requestId']
        output = Collector()
        if frame.get('stream'):
            output = ChunkSender(self.link, request_id, context, self.wait)
            self.streams[request_id] = output
        code = 4002
        try:
            for piece in source:
                code = 4007
                data = piece_bytes(piece)
                code = 4002
                self.poll()
                output.write(data)
                if output.cancelled:
                    break
            payload = output.end()
        except TooLarge:
            return too_large(output.size)
        except BaseException as error:
            failure = describe(code, error, drop_own(sys.exc_info()[2]), self.code_root)
            return failure.code, failure.payload, failure.log
        finally:
            self.streams.pop(request_id, None)
            close_quietly(source)
        return 0, payload, u''

    def poll(self):
        """Reads pending frames of the server, unless another thread does."""
        while self.news is None and self.link.readable():
            self.take_news()

    def wait(self, sender):
        if self.news is None:
            self.take_news()
            return
        with self.news:
            while sender.lacks_credit() and not sender.cancelled:
                self.news.wait()

    def take_news(self):
        frame, body = self.link.receive()
        if not self.on_lane(frame, body) and not self.on_stream(frame):
            _exit(70)

    def on_lane(self, frame, body):
        """A request that waits its turn, or the call for those that wait. False for any other frame."""
        kind = frame.get('type')
        if kind == 'invoke':
            self.lane.append((frame, body))
        elif kind == 'recall':
            self.give_back()
        else:
            return False
        return True

    def give_back(self):
        """Returns what waits; a request that streams was sent when the server knew the result of the one before."""
        request_ids = [frame['requestId'] for frame, _ in self.lane if not frame.get('stream')]
        self.lane = deque(one for one in self.lane if one[0].get('stream'))
        self.link.give_back(request_ids)

    def run_lane(self):
        """Runs what waits, one after the other. The frames that arrived are read between: one may call them back."""
        while self.lane:
            self.invoke(*self.lane.popleft())
            self.poll()
            if self.is_raw and self.lane:
                # The server must know first to whom the output beside the link belongs.
                self.give_back()

    def on_stream(self, frame):
        """`credit` and `cancel` of the server; their request may have ended already. False for any other frame."""
        kind = frame.get('type')
        if kind not in ('credit', 'cancel'):
            return False
        if self.news is None:
            self.apply(frame, kind)
        else:
            with self.news:
                self.apply(frame, kind)
                self.news.notify_all()
        return True

    def apply(self, frame, kind):
        sender = self.streams.get(frame.get('requestId'))
        if sender is None:
            return
        if kind == 'credit':
            sender.grant(frame['bytes'])
        else:
            sender.cancelled = True


def drop_own(trace):
    return trace.tb_next if trace is not None else None


def too_large(size):
    text = u'response body size %d exceeds the limit of %d' % (size, MAX_RESULT)
    return 4004, to_bytes(text), text


def close_quietly(source):
    try:
        source.close()
    except BaseException:
        # Not every iterator can be closed, and a generator may refuse: the answer ends in any case.
        pass


def elapsed(start, end):
    return max(0, round((end - start) * 1000, 3))


def serialise(value):
    if value is None:
        return b''
    if isinstance(value, text_type):
        return to_bytes(value)
    if PY2 and isinstance(value, str):
        return value
    return to_bytes(dump(value))

# -*- coding: utf-8 -*-
"""Runs one Python function: connects to the server, loads the code when told to, then answers requests.

One source for Python 2.7 and 3.6 to 3.13, standard library only. Speaks PROTOCOL.md.
"""
import os
import sys
import time

import socket
import struct
import threading
import json

PY2 = sys.version_info[0] == 2
MAX_HEADER = 64 * 1024
MAX_BODY = 8 * 1024 * 1024
MAX_LOG = 90 * 1024
MAX_RESULT = 6291456
PREFIX = {
    4001: u'function entry exception, error: ',
    4002: u'function invocation exception, error: ',
    4007: u'function result is invalid, error: ',
    4009: u'function initialization exception, error: ',
}
SHIM_DIR = os.path.dirname(os.path.abspath(__file__))
OWN_FILE = os.path.abspath(__file__)

# User code may replace these; the link must go on working.
_loads = json.loads
_dumps = json.dumps
_now = time.time
_getpid = os.getpid
_exit = os._exit

if PY2:
    import codecs
    text_type = unicode  # noqa: F821
    byte_types = (str, bytearray)
    _utf8 = codecs.getincrementaldecoder('utf-8')
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
    except Exception:
        try:
            return bytes(value).decode('utf-8', 'replace') if PY2 else repr(value)
        except Exception:
            return u'<%s>' % type(value).__name__


def to_bytes(text):
    """UTF-8 of a text; lone surrogates, which UTF-8 cannot carry, become question marks."""
    return text.encode('utf-8', 'replace')


class Link(object):
    """The instance's half of the protocol. Sending blocks when the server does not read: nothing piles up here."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)
        self._lock = threading.Lock()
        self._rest = b''
        self.pid = _getpid()

    def _more(self, count):
        """Exactly `count` bytes, or the end of this process when the server went away."""
        if len(self._rest) >= count:
            taken, self._rest = self._rest[:count], self._rest[count:]
            return taken
        missing = count - len(self._rest)
        if missing < 65536:
            parts = [self._rest]
            while missing > 0:
                chunk = self._socket.recv(65536)
                if not chunk:
                    _exit(71)
                parts.append(chunk)
                missing -= len(chunk)
            data = b''.join(parts)
            self._rest = data[count:]
            return data[:count]
        whole = bytearray(count)
        view = memoryview(whole)
        filled = len(self._rest)
        view[:filled] = self._rest
        self._rest = b''
        while filled < count:
            got = self._socket.recv_into(view[filled:])
            if got == 0:
                _exit(71)
            filled += got
        return whole

    def receive(self):
        """The next frame: `(header, body)`. A broken frame ends the process."""
        head = self._more(8)
        header_length, body_length = struct.unpack('>II', head)
        if header_length > MAX_HEADER or body_length > MAX_BODY:
            _exit(70)
        try:
            header = _loads(bytes(self._more(header_length)).decode('utf-8'))
        except ValueError:
            _exit(70)
        return header, self._more(body_length)

    def waiting(self):
        """Whether a frame is already arriving."""
        import select
        return bool(self._rest) or bool(select.select([self._socket], [], [], 0)[0])

    def send(self, header, body=b''):
        if _getpid() != self.pid:
            # A forked child must not speak in the name of its parent.
            raise OSError('the link belongs to the parent process')
        head = to_bytes(header if isinstance(header, text_type) else header.decode('utf-8'))
        frame = struct.pack('>II', len(head), len(body)) + head + bytes(body)
        with self._lock:
            try:
                self._socket.sendall(frame)
            except (OSError, socket.error):
                _exit(71)

    def log(self, request_id, level, text):
        """One log message, cut into pieces of at most 90 KiB that split no character."""
        header = _dumps({'type': 'log', 'requestId': request_id, 'level': level, 'time': int(_now() * 1000)})
        data = to_bytes(text)
        while len(data) > MAX_LOG:
            end = MAX_LOG
            while end > MAX_LOG - 4 and (ord(data[end:end + 1]) & 0xC0) == 0x80:
                end -= 1
            self.send(header, data[:end])
            data = data[end:]
        self.send(header, data)

    def result(self, request_id, code, payload):
        self.send(_dumps({'type': 'result', 'requestId': request_id, 'code': code}), payload)


class BinaryOutput(object):
    """`sys.stdout.buffer`: bytes go the same way as text."""

    def __init__(self, output):
        self._output = output
        self.raw = self
        self.closed = False

    def write(self, data):
        self._output.write(bytes(data).decode('utf-8', 'replace'))
        return len(data)

    def flush(self):
        self._output.flush()

    def fileno(self):
        return self._output.fileno()

    def isatty(self):
        return False

    def writable(self):
        return True


class Pending(threading.local):
    """The unfinished line of one thread: lines of requests that run at once do not mix."""

    def __init__(self):
        self.parts = []
        self.size = 0
        self.softspace = 0


class Output(object):
    """A standard stream whose finished lines become log messages."""

    encoding = 'utf-8'
    errors = 'replace'
    newlines = None
    line_buffering = True
    closed = False
    mode = 'w'

    def __init__(self, fd, name, emit, pid):
        self._fd = fd
        self.name = name
        self._emit = emit
        self._pid = pid
        self._pending = Pending()
        self.buffer = BinaryOutput(self)

    def write(self, text):
        if not isinstance(text, text_type):
            if not (PY2 and isinstance(text, byte_types)):
                raise TypeError('write() argument must be str, not %s' % type(text).__name__)
            text = bytes(text).decode('utf-8', 'replace')
        if _getpid() != self._pid:
            os.write(self._fd, to_bytes(text))
            return len(text)
        if not text:
            return 0
        pending = self._pending
        pending.parts.append(text)
        pending.size += len(text)
        if text[-1] == u'\n' or pending.size >= MAX_LOG:
            self.finish()
        return len(text)

    def finish(self):
        """Emits this thread's line, finished or not."""
        pending = self._pending
        if not pending.size:
            return
        text = u''.join(pending.parts)
        pending.parts = []
        pending.size = 0
        if text[-1] == u'\n':
            text = text[:-1]
        if text:
            self._emit(text)

    # The print statement of Python 2 keeps here whether a space is due.
    @property
    def softspace(self):
        return self._pending.softspace

    @softspace.setter
    def softspace(self, value):
        self._pending.softspace = value

    def flush(self):
        if _getpid() == self._pid:
            self.finish()

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def fileno(self):
        return self._fd

    def isatty(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def reconfigure(self, **_options):
        pass

    def close(self):
        self.flush()


class Context(object):
    """The `context` argument. `invoke` is None for the initializer; its request id is empty."""

    def __init__(self, fixed, invoke, link):
        self._fixed = fixed
        self._invoke = invoke or {}
        self._request_id = self._invoke.get('requestId', '')
        self._credentials = self._invoke.get('credentials') or {}
        self._timeout_ms = self._invoke.get('timeoutMs') or fixed.get('timeoutSeconds', 0) * 1000
        self._started = _now()
        self._link = link
        self._logger = None
        self._state = ''
        self._instance_id = fixed.get('instanceId', '')

    def getRequestID(self):
        return self._request_id

    def getRemainingTimeInMilliSeconds(self):
        return int(self._timeout_ms - (_now() - self._started) * 1000)

    def getAccessKey(self):
        return self._credentials.get('accessKey', '')

    def getSecretKey(self):
        return self._credentials.get('secretKey', '')

    def getSecurityAccessKey(self):
        return self._credentials.get('securityAccessKey', '')

    def getSecuritySecretKey(self):
        return self._credentials.get('securitySecretKey', '')

    def getSecurityToken(self):
        return self._credentials.get('securityToken', '')

    def getToken(self):
        return self._credentials.get('authToken', '')

    def getUserData(self, key, default=None):
        return self._fixed.get('userData', {}).get(key, default)

    def getFunctionName(self):
        return self._fixed.get('functionName', '')

    def getVersion(self):
        return self._fixed.get('version', '')

    def getProjectID(self):
        return self._fixed.get('projectId', '')

    def getPackage(self):
        return self._fixed.get('package', '')

    def getAlias(self):
        return self._fixed.get('alias', '')

    def getRunningTimeInSeconds(self):
        """The configured timeout in milliseconds; the name is the contract's."""
        return self._fixed.get('timeoutSeconds', 0) * 1000

    def getMemorySize(self):
        return str(self._fixed.get('memoryMb', 0))

    def getCPUNumber(self):
        return str(self._fixed.get('cpuMillis', 0))

    def getWorkflowID(self):
        return self._invoke.get('workflowId', '')

    def getWorkflowRunID(self):
        return self._invoke.get('workflowRunId', '')

    def getWorkflowStateID(self):
        return self._invoke.get('workflowStateId', '')

    def getLogger(self):
        """A `logging` logger at INFO of this request alone."""
        if self._logger is None:
            self._logger = make_logger(self._link, self._request_id)
        return self._logger

    def get_state(self):
        return self._state

    def set_state(self, state):
        self._state = state

    def get_instance_id(self):
        return self._instance_id

    def set_instance_id(self, instance_id):
        self._instance_id = instance_id

    def get_invoke_id(self):
        return self._request_id

    def get_trace_id(self):
        return self._request_id

    def get_invoke_property(self):
        return ''


_logging_classes = None


def make_logger(link, request_id):
    global _logging_classes
    import logging
    if _logging_classes is None:
        names = {'DEBUG': 'DEBUG', 'INFO': 'INFO', 'WARNING': 'WARN', 'ERROR': 'ERROR', 'CRITICAL': 'ERROR'}

        class LinkHandler(logging.Handler):
            def __init__(self, link, request_id):
                logging.Handler.__init__(self)
                self._link = link
                self._request_id = request_id

            def emit(self, record):
                try:
                    level = names.get(record.levelname) or ('ERROR' if record.levelno >= 40 else 'INFO')
                    self._link.log(self._request_id, level, to_text(self.format(record)))
                except Exception:
                    self.handleError(record)

        class RequestLogger(logging.Logger):
            def setLevel(self, level):
                logging.Logger.setLevel(self, level)
                # The manager clears the caches of registered loggers only.
                getattr(self, '_cache', {}).clear()

        _logging_classes = (RequestLogger, LinkHandler)
    # Not registered under a name: the logger of a request must go away with it.
    logger = _logging_classes[0]('funcgraph', logging.INFO)
    logger.addHandler(_logging_classes[1](link, request_id))
    return logger


class ConfigError(Exception):
    """A mistake in the configuration or package; its payload has no stack."""

    def __init__(self, kind, message):
        Exception.__init__(self, message)
        self.kind = kind
        self.text = message


class Failure(object):
    """Payload and log text of a failed call."""

    def __init__(self, code, kind, text, frames):
        self.code = code
        message = PREFIX[code] + text
        body = u'{"errorMessage": %s, "errorType": %s' % (dump(message), dump(kind))
        if frames is not None:
            body += u', "stackTrace": %s' % dump(frames)
        self.payload = to_bytes(body + u'}')
        self.log = u'\n    '.join([message] + (frames or []))


def dump(value):
    """JSON text that keeps characters readable. Raises TypeError, ValueError or RecursionError."""
    try:
        return to_text(_dumps(value, ensure_ascii=False, allow_nan=False))
    except UnicodeDecodeError:
        # Python 2 with bytes that are not UTF-8 beside text.
        return to_text(_dumps(value, allow_nan=False))


def describe(code, error, trace, code_root):
    if isinstance(error, ConfigError):
        return Failure(code, to_text(error.kind), to_text(error.text), None)
    kind = to_text(type(error).__name__)
    if isinstance(error, SyntaxError) and error.filename and trace_is_outside(trace, error.filename):
        where = u'%s:%s' % (shorten(to_text(error.filename), code_root), error.lineno)
        return Failure(code, kind, u'%s (%s)' % (to_text(error.msg), where), None)
    frames = []
    if trace is not None:
        import traceback
        frames = [
            u'File "%s", line %s, in %s' % (shorten(to_text(name), code_root), line, to_text(function))
            for name, line, function, _ in traceback.extract_tb(trace)
            if os.path.abspath(name) != OWN_FILE and not name.startswith('<frozen importlib')
        ]
    return Failure(code, kind, to_text(error), frames)


def trace_is_outside(trace, filename):
    """A static syntax error names a file that no frame has entered."""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            return False
        trace = trace.tb_next
    return True


def shorten(name, code_root):
    return u'.' + name[len(code_root):] if name.startswith(code_root + u'/') else name


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
    sys.path.insert(0, real)
    extra = os.environ.get('PYTHONPATH', '') if 'PYTHONPATH' in frame['env'] else ''
    sys.path[1:1] = [entry for entry in extra.split(':') if entry]
    add_site_packages()
    try:
        # The code may have been attached after this process started: take the folder anew.
        os.chdir(os.path.dirname(root))
    except OSError:
        pass
    return real


def add_site_packages():
    """Started without `site`, the interpreter's own packages would be missing."""
    if 'site' in sys.modules:
        return
    name = 'python%d.%d' % sys.version_info[:2]
    folders = [os.path.join(sys.prefix, 'lib', name, 'site-packages')]
    folders.append('/usr/lib/python3/dist-packages' if not PY2 else '/usr/lib/python2.7/dist-packages')
    for folder in folders:
        if folder not in sys.path and os.path.isdir(folder) and (folder.startswith(sys.prefix + '/')):
            sys.path.append(folder)
    if PY2:
        import __builtin__ as builtins
    else:
        import builtins
    for name in ('exit', 'quit'):
        if not hasattr(builtins, name):
            setattr(builtins, name, sys.exit)


class Runner(object):
    """Holds the handler and runs requests; `current` is the request started last, whose output is whatever is printed."""

    def __init__(self, link):
        self.link = link
        self.current = ''
        self.handler = None
        self.fixed = None
        self.code_root = u''
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
        started = _now()
        loaded = started
        phase, code = 'load', 4001
        try:
            if frame.get('initializer'):
                code = 4009
                initializer = load_entry(real, native(frame['initializer']), 'initializer')
                loaded = _now()
                phase = 'init'
                initializer(Context(self.fixed, None, self.link))
                phase, code = 'load', 4001
            self.handler = load_entry(real, native(frame['handler']), 'handler')
        except BaseException as error:
            self.flush()
            told = describe(code, error, sys.exc_info()[2], self.code_root)
            self.link.log('', 'ERROR', told.log)
            self.link.send(_dumps({'type': 'failed', 'phase': phase, 'code': code}), told.payload)
            return
        self.flush()
        done = _now()
        if not frame.get('initializer'):
            loaded = done
        times = {'type': 'ready', 'loadMs': elapsed(started, loaded), 'initMs': elapsed(loaded, done)}
        self.link.send(_dumps(times))

    def invoke(self, frame, body):
        """Runs one request to its result; never raises."""
        request_id = frame['requestId']
        self.current = request_id
        if PY2 and 'credentials' in frame:
            frame = encode_all(frame)
        code, payload, log = self.call(frame, body)
        self.flush()
        if log:
            self.link.log(request_id, 'ERROR', log)
        self.link.result(request_id, code, payload)

    def call(self, frame, body):
        try:
            event = _loads(bytes(body).decode('utf-8'))
        except (ValueError, RuntimeError) as error:
            text = to_text(error)
            return 4002, to_bytes(text), text
        pid = _getpid()
        try:
            value = self.handler(event, Context(self.fixed, frame, self.link))
        except BaseException as error:
            if _getpid() != pid:
                _exit(1)
            told = describe(4002, error, drop_own(sys.exc_info()[2]), self.code_root)
            return told.code, told.payload, told.log
        if _getpid() != pid:
            # The handler forked and its child came back here: only the parent answers.
            _exit(0)
        try:
            payload = serialise(value)
        except Exception as error:
            told = Failure(4007, to_text(type(error).__name__), to_text(error), None)
            return told.code, told.payload, told.log
        if len(payload) > MAX_RESULT:
            text = u'response body size %d exceeds the limit of %d' % (len(payload), MAX_RESULT)
            return 4004, to_bytes(text), text
        return 0, payload, u''


def drop_own(trace):
    return trace.tb_next if trace is not None else None


def elapsed(start, end):
    return max(0, round((end - start) * 1000, 3))


def native(text):
    return text.encode('utf-8') if PY2 else text


def encode_all(value):
    """Python 2 functions expect `str`: configuration texts become UTF-8 bytes."""
    if isinstance(value, dict):
        return dict((encode_all(key), encode_all(item)) for key, item in value.items())
    return value.encode('utf-8') if isinstance(value, text_type) else value


def serialise(value):
    if value is None:
        return b''
    if isinstance(value, text_type):
        return to_bytes(value)
    if PY2 and isinstance(value, str):
        return value
    return to_bytes(dump(value))


class Workers(object):
    """Threads for functions that take several requests at once; never more than the server said it would send."""

    def __init__(self, runner, limit):
        try:
            import queue
        except ImportError:
            import Queue as queue
        self._runner = runner
        self._limit = limit
        self._jobs = queue.Queue()
        self._lock = threading.Lock()
        self._free = 0
        self._threads = []

    def submit(self, frame, body):
        if self._jobs.qsize() > self._limit:
            # More requests than agreed: the server broke the protocol.
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
            job = self._jobs.get()
            if job is None:
                return
            self._runner.invoke(job[0], job[1])
            with self._lock:
                self._free += 1

    def drain(self):
        """Waits for what is running, then ends the threads."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()


def leave():
    """Runs the function's exit hooks; threads it left behind do not hold the process."""
    import atexit
    atexit._run_exitfuncs()
    _exit(0)


def main():
    link = Link(os.environ['FUNCGRAPH_LINK'])
    runner = Runner(link)
    link.send(_dumps({'type': 'hello', 'protocol': 1, 'runtime': 'python ' + sys.version.split()[0]}))
    runner.capture()
    if not link.waiting():
        # Nobody waits for this process yet: pay now for what most functions need.
        import logging  # noqa: F401
        import traceback  # noqa: F401
    workers = None
    while True:
        frame, body = link.receive()
        kind = frame.get('type')
        if kind == 'invoke' and runner.handler is not None:
            if workers is None:
                runner.invoke(frame, body)
            else:
                workers.submit(frame, body)
        elif kind == 'init' and runner.fixed is None:
            runner.init(frame)
            limit = frame.get('concurrency', 1)
            if limit > 1:
                workers = Workers(runner, limit)
        elif kind == 'shutdown':
            if workers is not None:
                workers.drain()
            runner.flush()
            leave()
        else:
            _exit(70)


if __name__ == '__main__':
    main()

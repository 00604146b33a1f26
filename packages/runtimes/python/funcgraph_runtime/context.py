# -*- coding: utf-8 -*-
"""The `context` argument and its logger."""
import time

from funcgraph_runtime.text import to_text

_now = time.time


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
        self.response_head = None

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

    def set_response_head(self, status_code=None, headers=None, content_type=None):
        """An addition of Funcgraph: status and headers of a streamed answer; before its first piece."""
        from funcgraph_runtime.streaming import make_head
        self.response_head = make_head(status_code, headers, content_type)

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
    # Not registered under a name: the logger must be freed with its request.
    logger = _logging_classes[0]('funcgraph', logging.INFO)
    logger.addHandler(_logging_classes[1](link, request_id))
    return logger

'use strict';
// The `context` argument, section by section of the public contract.
const util = require('util');

const format = util.format;
const now = Date.now;
const has = Object.prototype.hasOwnProperty;
const LEVELS = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };

/** Logger of one request; messages carry that request's id, also when other requests run in the process. */
class Logger {
  constructor(log, requestId) {
    this.logLevel = 'INFO';
    // Not enumerable: a logged or serialised context must not expose internals of the runtime.
    Object.defineProperty(this, '_send', { value: (level, text) => log(requestId, level, text) });
  }

  /** Unknown levels are ignored. */
  setLevel(level) {
    const name = String(level).toUpperCase();
    if (has.call(LEVELS, name)) this.logLevel = name;
  }

  debug() {
    this._at('DEBUG', arguments);
  }

  info() {
    this._at('INFO', arguments);
  }

  log() {
    this._at('INFO', arguments);
  }

  warn() {
    this._at('WARN', arguments);
  }

  error() {
    this._at('ERROR', arguments);
  }

  _at(level, values) {
    if (LEVELS[level] >= LEVELS[this.logLevel]) this._send(level, format.apply(null, values));
  }
}

const NO_CREDENTIALS = {};

/** Context of one invocation, or of the initializer (then `invoke` is null and the request id is empty). */
class Context {
  constructor(fixed, invoke, log, openStream) {
    const requestId = invoke === null ? '' : invoke.requestId;
    this.state = '';
    this.instanceID = fixed.instanceId;
    this.invokeID = requestId;
    this.traceID = requestId;
    this.invokeProperty = '';
    Object.defineProperty(this, '_own', {
      value: {
        fixed: fixed,
        requestId: requestId,
        credentials: (invoke !== null && invoke.credentials) || NO_CREDENTIALS,
        invoke: invoke,
        started: now(),
        timeoutMs: invoke !== null && invoke.timeoutMs ? invoke.timeoutMs : fixed.timeoutSeconds * 1000,
        log: log,
        openStream: openStream,
        logger: null,
      },
    });
  }

  getRequestID() {
    return this._own.requestId;
  }

  /** May become negative. */
  getRemainingTimeInMilliSeconds() {
    return this._own.timeoutMs - (now() - this._own.started);
  }

  getAccessKey() {
    return this._own.credentials.accessKey || '';
  }

  getSecretKey() {
    return this._own.credentials.secretKey || '';
  }

  getSecurityAccessKey() {
    return this._own.credentials.securityAccessKey || '';
  }

  getSecuritySecretKey() {
    return this._own.credentials.securitySecretKey || '';
  }

  getSecurityToken() {
    return this._own.credentials.securityToken || '';
  }

  getToken() {
    return this._own.credentials.authToken || '';
  }

  getUserData(key) {
    const data = this._own.fixed.userData;
    return has.call(data, key) ? data[key] : undefined;
  }

  getFunctionName() {
    return this._own.fixed.functionName;
  }

  getVersion() {
    return this._own.fixed.version;
  }

  getProjectID() {
    return this._own.fixed.projectId;
  }

  getPackage() {
    return this._own.fixed.package;
  }

  getAlias() {
    return this._own.fixed.alias || '';
  }

  /** The configured timeout in milliseconds; the name is the contract's. */
  getRunningTimeInSeconds() {
    return this._own.fixed.timeoutSeconds * 1000;
  }

  getMemorySize() {
    return String(this._own.fixed.memoryMb || 0);
  }

  getCPUNumber() {
    return String(this._own.fixed.cpuMillis || 0);
  }

  getWorkflowID() {
    return (this._own.invoke && this._own.invoke.workflowId) || '';
  }

  getWorkflowRunID() {
    return (this._own.invoke && this._own.invoke.workflowRunId) || '';
  }

  getWorkflowStateID() {
    return (this._own.invoke && this._own.invoke.workflowStateId) || '';
  }

  /**
   * An addition of Funcgraph: a Writable whose pieces go to the caller while the function runs. `head` may hold
   * `statusCode`, `headers` and `contentType`.
   */
  getResponseStream(head) {
    if (this._own.openStream === undefined) throw new Error('an initializer has no response');
    return this._own.openStream(this._own.invoke, head);
  }

  getLogger() {
    const own = this._own;
    if (own.logger === null) own.logger = new Logger(own.log, own.requestId);
    return own.logger;
  }
}

module.exports = { Context: Context };

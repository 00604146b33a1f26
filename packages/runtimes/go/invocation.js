'use strict';
// Converts a request for the program, and its reply for the caller.

const MAX_RESULT = 6291456;
/** Characters of an error: a larger one is cut, and has no stack then. */
const MAX_ERROR = 1024 * 1024;
const MAX_TEXT = 64 * 1024;
const MAX_TYPE = 1024;

/** The headers that the library reads, in Go's canonical form. */
function invocationHeaders(frame, context) {
  const credentials = frame.credentials ?? {};
  const headers = [
    ['X-Cff-Request-Id', frame.requestId],
    ['X-Cff-Invoke-Type', frame.invokeType ?? 'sync'],
  ];
  const optional = [
    ['X-Cff-Access-Key', credentials.accessKey],
    ['X-Cff-Secret-Key', credentials.secretKey],
    ['X-Cff-Auth-Token', credentials.authToken],
    ['X-Cff-Security-Access-Key', credentials.securityAccessKey],
    ['X-Cff-Security-Secret-Key', credentials.securitySecretKey],
    ['X-Cff-Security-Token', credentials.securityToken],
    ['X-Cff-Workflow-Id', frame.workflowId],
    ['X-Cff-Workflow-Run-Id', frame.workflowRunId],
    ['X-Cff-Workflow-State-Id', frame.workflowStateId],
    ['X-Cff-Origin-Version-Tag', context.alias ? `!${context.alias}` : ''],
  ];
  for (const pair of optional) if (pair[1]) headers.push(pair);
  return headers;
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function cut(text) {
  const value = parsed(text);
  if (value === null) return text.slice(0, MAX_TEXT);
  const errorMessage = String(value.errorMessage ?? text).slice(0, MAX_TEXT);
  return JSON.stringify({ errorMessage, errorType: String(value.errorType ?? '').slice(0, MAX_TYPE) });
}

/** `{ code, payload, log }` of an error text. The library sends JSON, net/rpc and some of its own refusals bare text. */
function failed(text) {
  if (text.length > MAX_ERROR) return failed(cut(text));
  const value = parsed(text);
  const payload = value === null ? JSON.stringify({ errorMessage: text, errorType: 'FunctionInvokeError' }) : text;
  const code = value !== null && value.errorType === 'FunctionResponseTooLarge' ? 4004 : 4002;
  const frames = value !== null && Array.isArray(value.stackTrace) ? value.stackTrace : [];
  const message = value === null ? text : String(value.errorMessage ?? text);
  return { code, payload, log: [message, ...frames.map((frame) => `    ${frame}`)].join('\n') };
}

/** `{ code, payload, log }` of a reply; `log` is empty for success. */
function answerOf(error, reply) {
  if (error !== null) return failed(error);
  const { Payload: payload = Buffer.alloc(0), StatusCode: status = 200 } = Object(reply);
  if (!Buffer.isBuffer(payload)) return failed('the answer of the program has no bytes as payload');
  if (payload.length > MAX_RESULT) {
    const text = `response body size ${payload.length} exceeds the limit of ${MAX_RESULT}`;
    return { code: 4004, payload: text, log: text };
  }
  if (status >= 400) return failed(payload.toString('utf8'));
  return { code: 0, payload, log: '' };
}

module.exports = { answerOf, invocationHeaders };

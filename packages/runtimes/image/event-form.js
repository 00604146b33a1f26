'use strict';
// The requests to a container image and the meaning of its answers: POST /init once, POST /invoke for each event.

const MAX_SHOWN_BYTES = 4096;

/** The request for one event. */
function invokeRequest(event) {
  return { method: 'POST', url: '/invoke', headers: [['Content-Type', 'application/json']], body: event };
}

function initRequest() {
  return { method: 'POST', url: '/init', headers: [['Content-Type', 'application/json']], body: Buffer.from('{}') };
}

/** The reason why an answer is a failure, or null when it is a result. */
function refusalOf(what, { statusCode, body }) {
  if (statusCode >= 200 && statusCode < 300) return null;
  const text = body.toString('utf8', 0, MAX_SHOWN_BYTES);
  return `${what} answered with status ${statusCode}${text === '' ? '' : `: ${text}`}`;
}

module.exports = { invokeRequest, initRequest, refusalOf };

'use strict';
// Finds the request of a line of output. The library's logger writes `<time> <request id> <text>` to the standard
// output.

const LOGGED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:?\d\d) (\S{1,128}) (.*)$/s;
/** Ended requests stay known for a while: later lines of their goroutines still belong to them. */
const KEPT_ENDED = 64;

class LogLines {
  constructor() {
    this.current = '';
    this.running = new Set();
    this.ended = new Set();
  }

  begin(requestId) {
    this.current = requestId;
    this.running.add(requestId);
  }

  end(requestId) {
    this.running.delete(requestId);
    this.ended.add(requestId);
    if (this.ended.size > KEPT_ENDED) this.ended.delete(this.ended.values().next().value);
  }

  /** `[request id, text]` of a line; without a known id it belongs to the request that was started last. */
  attribute(line) {
    const match = LOGGED.exec(line);
    if (match === null) return [this.current, line];
    const [, requestId, text] = match;
    return this.running.has(requestId) || this.ended.has(requestId) ? [requestId, text] : [this.current, line];
  }
}

module.exports = { LogLines };

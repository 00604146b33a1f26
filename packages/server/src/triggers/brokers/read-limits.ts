const MB = 1024 * 1024;
/** Of the whole room: a response that arrives, its copy that is read, what it becomes and its texts fit into half of it. */
const RESPONSES = 8;
const MOST_RESPONSE_BYTES = 64 * MB;
const FETCHES = 128;
const FETCH_BYTES = { least: MB, most: 4 * MB };

export interface ReadLimits {
  /** Of one response, and of what its records become when they are unpacked. */
  readonly responseBytes: number;
  /** What a broker is asked for at a time; a larger message arrives alone. */
  readonly fetchBytes: number;
}

/** What one broker may send at a time, so that it can fit into the memory for what all brokers send. */
export function readLimits(roomBytes: number): ReadLimits {
  return {
    responseBytes: Math.min(MOST_RESPONSE_BYTES, Math.floor(roomBytes / RESPONSES)),
    fetchBytes: Math.min(FETCH_BYTES.most, Math.max(FETCH_BYTES.least, Math.floor(roomBytes / FETCHES))),
  };
}

'use strict';
// The receiving half of bodies that follow their request (PROTOCOL.md): each piece goes to the function's server at once.

const WINDOW = 1024 * 1024;
const CHUNK_COST = 256;
/** Credit is returned in portions, so that small pieces do not cause a frame each. */
const PORTION = WINDOW / 4;

/** The body of one request. Buffers bytes that the server on port 8000 has not read; the credit limits them. */
class Upload {
  /** `bytes` is undefined when the length is unknown. */
  constructor(link, requestId, bytes) {
    this.link = link;
    this.prefix = `{"type":"bodyCredit","requestId":${JSON.stringify(requestId)},"bytes":`;
    this.bytes = bytes;
    this.owed = 0;
    this.ended = false;
    this.sent = null;
  }

  /** The header that defines the end of the body. */
  get framing() {
    return this.bytes === undefined ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(this.bytes)];
  }

  /** `sent` is the request that takes the pieces; before the first of them. */
  start(sent) {
    this.sent = sent;
    // The server may act on the head alone.
    sent.flushHeaders();
  }

  push(piece, last) {
    const { sent } = this;
    if (sent === null || this.ended) return;
    this.ended = last;
    if (piece.length > 0) sent.write(piece, (error) => error == null && this.taken(piece.length));
    if (last) sent.end();
  }

  taken(bytes) {
    this.owed += bytes + CHUNK_COST;
    if (this.sent === null || this.owed < PORTION) return;
    this.link.send(`${this.prefix}${this.owed}}`, '');
    this.owed = 0;
  }

  /**
   * The request ended: further pieces are discarded. If the server did not read to the end, its connection is closed.
   */
  stop() {
    if (this.sent !== null && !this.sent.writableFinished) this.sent.destroy();
    this.sent = null;
  }
}

module.exports = { Upload };

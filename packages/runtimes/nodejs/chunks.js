'use strict';
// The sending half of streamed answers (PROTOCOL.md). Plain JavaScript for Node 6 and later; used by several shims.

const MAX_CHUNK = 256 * 1024;
const WINDOW = 1024 * 1024;
const CHUNK_COST = 256;

const stringify = JSON.stringify;
const EMPTY = Buffer.alloc(0);

/**
 * Sends the pieces of one answer within the credit of the server. One piece is in transit at a time: `write` calls back
 * when it is sent, or discarded because the caller no longer reads the answer.
 */
class ChunkSender {
  constructor(link, requestId) {
    this.link = link;
    this.prefix = '{"type":"chunk","requestId":' + stringify(requestId);
    this.credit = WINDOW;
    this.head = null;
    this.begun = false;
    this.cancelled = false;
    /** Called once when the caller no longer reads the answer. */
    this.onCancel = null;
    this.rest = EMPTY;
    this.sent = null;
  }

  /** `{ statusCode, headers: [[name, value]] }`, before the first piece. */
  setHead(head) {
    this.head = head;
  }

  write(piece, sent) {
    this.rest = piece;
    this.sent = sent;
    this.pump();
  }

  /** Sends the head although there is nothing to send yet. */
  begin() {
    if (!this.begun && !this.cancelled) this.send(EMPTY);
  }

  pump() {
    while (!this.cancelled && this.rest.length > 0) {
      const size = Math.min(this.rest.length, MAX_CHUNK, this.credit - CHUNK_COST);
      if (size <= 0) return;
      this.send(this.rest.slice(0, size));
      this.rest = this.rest.slice(size);
    }
    this.rest = EMPTY;
    const sent = this.sent;
    this.sent = null;
    if (sent !== null) sent();
  }

  send(body) {
    let header = this.prefix;
    if (!this.begun) {
      this.begun = true;
      if (this.head !== null) header += ',"head":' + stringify(this.head);
    }
    this.credit -= body.length + CHUNK_COST;
    this.link.send(header + '}', body);
  }

  /** More credit from the server. */
  grant(bytes) {
    this.credit += bytes;
    if (this.sent !== null) this.pump();
  }

  cancel() {
    if (this.cancelled) return;
    const reported = this.onCancel;
    this.close();
    if (reported !== null) reported();
  }

  /** From now on all pieces are discarded. */
  close() {
    this.cancelled = true;
    this.onCancel = null;
    if (this.sent !== null) this.pump();
  }
}

/**
 * Sends what a stream gives, piece by piece, and calls `done` when it is sent: a slow caller slows the stream down and fills
 * no memory. A stream ends as soon as its last piece was read, also while that waits for credit.
 */
function sendAll(stream, sender, done) {
  let sending = false;
  let ended = false;
  stream.on('data', (piece) => {
    stream.pause();
    sending = true;
    sender.write(piece, () => {
      sending = false;
      if (ended) done();
      else stream.resume();
    });
  });
  stream.on('end', () => {
    ended = true;
    if (!sending) done();
  });
}

module.exports = { ChunkSender: ChunkSender, sendAll: sendAll };

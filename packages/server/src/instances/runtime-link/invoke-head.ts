import type { Credentials, InvokeFrame } from '@funcgraph/runtimes';
import { encodeFrameHead, PREFIX_BYTES } from './frame-decoder.ts';

const BEGIN = '{"type":"invoke","requestId":"';
/** An id of these characters needs no escaping, and has one byte for each. */
const PLAIN_ID = /^[\w-]{1,128}$/;

/**
 * Encodes the headers of `invoke` frames. Of plain requests to one version all but the request id is the same: that part
 * is encoded once, as long as timeout, kind and credentials stay the same.
 */
export class InvokeHead {
  #credentials: Credentials | undefined;
  #timeoutMs = 0;
  #invokeType: InvokeFrame['invokeType'] = 'sync';
  #rest = Buffer.alloc(0);

  /** Prefix, header, and then `event` when it is not longer than `mostBytes`. */
  encode(frame: InvokeFrame, event: Buffer, mostBytes: number): Buffer {
    const { requestId } = frame;
    const body = event.length <= mostBytes ? event.length : 0;
    if (!isPlain(frame)) {
      const head = encodeFrameHead(frame, event.length);
      return body === 0 ? head : Buffer.concat([head, event]);
    }
    const rest = this.#restOf(frame);
    const headerBytes = BEGIN.length + requestId.length + rest.length;
    const out = Buffer.allocUnsafe(PREFIX_BYTES + headerBytes + body);
    out.writeUInt32BE(headerBytes, 0);
    out.writeUInt32BE(event.length, 4);
    out.write(BEGIN + requestId, PREFIX_BYTES, 'latin1');
    rest.copy(out, PREFIX_BYTES + BEGIN.length + requestId.length);
    if (body > 0) event.copy(out, PREFIX_BYTES + headerBytes);
    return out;
  }

  #restOf({ credentials, timeoutMs, invokeType }: InvokeFrame): Buffer {
    if (this.#credentials === credentials && this.#timeoutMs === timeoutMs && this.#invokeType === invokeType)
      return this.#rest;
    this.#credentials = credentials;
    this.#timeoutMs = timeoutMs;
    this.#invokeType = invokeType;
    this.#rest = Buffer.from(`",${JSON.stringify({ timeoutMs, invokeType, credentials }).slice(1)}`);
    return this.#rest;
  }
}

function isPlain({ requestId, http, stream, bodyFollows, workflowId }: InvokeFrame): boolean {
  const isUsual = http === undefined && stream === undefined && bodyFollows === undefined && workflowId === undefined;
  return isUsual && PLAIN_ID.test(requestId);
}

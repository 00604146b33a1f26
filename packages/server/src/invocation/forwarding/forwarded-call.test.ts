import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTwoTestNodes, type TestNode } from '../../cluster/testing.ts';
import type { BodySource, ResponseSink } from '../../instances/index.ts';
import { systemClock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Claimed } from '../claim.ts';
import type { InvocationRequest, InvocationResult } from '../types.ts';
import { CallDoor } from './call-door.ts';
import { CALL_HEADER, type CallHead, headText, parseHead } from './call-head.ts';
import { readResult } from './forwarded-result.ts';
import { CALL_PATH } from './nodes.ts';
import { type CallEnd, SENT_AT_ONCE_BYTES, sendCall } from './send-call.ts';

const URN = 'urn:fss:r1:p1:function:default:hello:latest';
const HEAD: CallHead = {
  ...{
    claim: 'slot',
    entry: 'first',
    urn: URN,
    functionId: 'f1',
    version: 'latest',
    alias: '',
    key: 'k',
    memoryMb: 128,
  },
  ...{ requestId: 'r1', mode: 'sync', attempt: 1, tail: false, http: false, stream: false, lane: true, depth: 0 },
  ...{ eventBytes: 0, change: 0, spentMs: 0, waitedMs: 0 },
};
const RECEIPT = { request_id: 'r1', total_ms: 2, handler_ms: 1, init_ms: 0 };
const PATIENCE = { timeout: 120_000, interval: 5 };

let first: TestNode;
let second: TestNode;
let run: (request: InvocationRequest) => Promise<Partial<InvocationResult>>;
let claims: number;
let isFree: boolean;
let released: number;
let known: number;
let closing: AbortController;

beforeEach(async () => {
  [first, second] = await startTwoTestNodes();
  [claims, released, known, isFree] = [0, 0, 0, true];
  closing = new AbortController();
  run = async ({ event }) => ({ payload: Buffer.concat([Buffer.from('ran '), event]) });
  const claim = async (): Promise<Claimed | undefined> => {
    claims += 1;
    if (!isFree) return undefined;
    return {
      release: () => {
        released += 1;
      },
      run: async (request) => {
        const rest = { failure: undefined, payload: Buffer.alloc(0), streamed: false, logTail: 'ü', codeDigest: 'd' };
        return { ...rest, receipt: RECEIPT as InvocationResult['receipt'], ...(await run(request)) };
      },
    };
  };
  const changes = {
    get at() {
      return known;
    },
    notBefore: async () => {},
  };
  const door = new CallDoor({
    ...{ claim, name: () => 'second', onHops: () => {}, changes },
    ...{ closing: closing.signal, clock: systemClock },
  });
  second.listener.route('POST', CALL_PATH, door.serve, { body: 'stream' });
});
afterEach(async () => {
  await first.stop();
  await second.stop();
});

interface Sent {
  readonly head?: Partial<CallHead>;
  readonly event?: Buffer;
  readonly body?: BodySource;
  readonly sink?: ResponseSink;
  readonly signal?: AbortSignal;
  readonly lost?: AbortSignal;
  readonly asks?: boolean;
}
const send = ({
  head = {},
  event = Buffer.from('{}'),
  body,
  sink,
  signal,
  lost,
  asks = false,
}: Sent = {}): Promise<CallEnd> =>
  sendCall((request) => first.connections.request(second.node, request), {
    headers: { [CALL_HEADER]: headText({ ...HEAD, eventBytes: event.length, ...head }) },
    ...{ event, body, sink, signal, asks, clock: systemClock, lost: lost ?? new AbortController().signal },
  });
const resultOf = (end: CallEnd): InvocationResult | undefined =>
  end.kind === 'answered' ? readResult(end.result, end.payload) : undefined;

/** A body that comes in pieces, each as soon as the one before was taken. */
class Pieces implements BodySource {
  taken = 0;
  readonly #pieces: Buffer[];
  readonly length = undefined;
  constructor(pieces: Buffer[]) {
    this.#pieces = pieces;
  }
  get ended(): boolean {
    return this.#pieces.length === 0;
  }
  open(): void {}
  take(): Buffer | undefined {
    this.taken += 1;
    return this.#pieces.shift();
  }
}

class Collected implements ResponseSink {
  readonly controller = new AbortController();
  readonly gone = this.controller.signal;
  readonly pieces: string[] = [];
  status = 0;
  waiting: (() => void)[] = [];
  isSlow = false;
  begin({ statusCode = 0 }: { readonly statusCode?: number }): void {
    this.status = statusCode;
  }
  flush(): void {}
  write(piece: Buffer, taken: () => void): void {
    this.pieces.push(piece.toString());
    if (this.isSlow) this.waiting.push(taken);
    else taken();
  }
}

async function bodyOf(source: BodySource | undefined): Promise<Buffer> {
  const parts: Buffer[] = [];
  await new Promise<void>((resolve) => {
    const take = (): void => {
      for (;;) {
        const piece = source?.take(64 * 1024);
        if (piece === undefined) break;
        parts.push(piece);
      }
      if (source?.ended !== false) resolve();
    };
    source?.open(take);
    take();
  });
  return Buffer.concat(parts);
}

describe('a call of another node', () => {
  it('runs with its event, and the answer comes back whole', async () => {
    const result = resultOf(await send({ event: Buffer.from('event') }));
    expect(result).toMatchObject({ failure: undefined, logTail: 'ü', codeDigest: 'd', receipt: RECEIPT });
    expect(result?.payload.toString()).toBe('ran event');
    expect(resultOf(await send({ event: Buffer.alloc(0) }))?.payload.toString()).toBe('ran ');
  });

  it('is refused before its body is read, of any size, and then the connection serves the next one', async () => {
    isFree = false;
    const body = new Pieces([Buffer.from('a')]);
    expect(await send({ event: Buffer.from('small') })).toEqual({ kind: 'refused' });
    expect(await send({ event: Buffer.alloc(SENT_AT_ONCE_BYTES + 1) })).toEqual({ kind: 'refused' });
    expect(await send({ body, head: { bodyBytes: -1 } })).toEqual({ kind: 'refused' });
    expect([claims, body.taken]).toEqual([3, 0]);
    isFree = true;
    expect(resultOf(await send())?.payload.toString()).toBe('ran {}');
  });

  it('takes a large event, and the failure of a function as it is', async () => {
    run = async ({ event }) => {
      const payload = Buffer.from(String(event.length));
      return { payload, failure: { outcome: 'function_error', code: 4002, component: 'function', payload } };
    };
    const result = resultOf(await send({ event: Buffer.alloc(3_000_000) }));
    expect(result?.failure).toMatchObject({ outcome: 'function_error', code: 4002, component: 'function' });
    expect(result?.failure?.payload.toString()).toBe('3000000');
  });

  it('throws what the second node throws', async () => {
    run = () => Promise.reject(new PlatformError('overloaded', 'too much', { hint: 'later' }));
    const end = await send();
    expect(() => resultOf(end)).toThrow(
      expect.objectContaining({ code: 'overloaded', message: 'too much', hint: 'later' }),
    );
  });

  it('passes a body on as the function takes it, and an answer as the client does', async () => {
    const seen: string[] = [];
    run = async ({ body, openSink, event }) => {
      const sink = openSink?.();
      sink?.begin({ statusCode: 201 });
      seen.push(event.toString(), (await bodyOf(body)).toString());
      await new Promise<void>((taken) => sink?.write(Buffer.from('one'), taken));
      sink?.write(Buffer.from('two'), () => {});
      return { streamed: true };
    };
    const sink = new Collected();
    const body = new Pieces(['a', 'b', 'c'].map((text) => Buffer.from(text)));
    const end = await send({
      event: Buffer.from('head'),
      body,
      sink,
      head: { stream: true, http: true, bodyBytes: -1 },
    });
    expect(resultOf(end)).toMatchObject({ streamed: true });
    expect([seen, sink.status, sink.pieces.join('')]).toEqual([['head', 'abc'], 201, 'onetwo']);
  });

  it('holds no more of an answer than its window while the client takes nothing', async () => {
    let written = 0;
    const piece = Buffer.alloc(64 * 1024);
    run = async ({ openSink }) => {
      const sink = openSink?.();
      sink?.begin({});
      for (let n = 0; n < 400; n += 1) {
        await new Promise<void>((taken) => sink?.write(piece, taken));
        written += 1;
      }
      return { streamed: true };
    };
    const sink = new Collected();
    sink.isSlow = true;
    const sending = send({ sink, head: { stream: true } });
    await expect.poll(() => sink.waiting.length, PATIENCE).toBeGreaterThanOrEqual(4);
    // what the kernel holds besides is a few megabytes
    expect([sink.waiting.length < 10, written < 200]).toEqual([true, true]);
    sink.isSlow = false;
    for (const taken of sink.waiting) taken();
    expect((await sending).kind).toBe('answered');
    expect(sink.pieces).toHaveLength(400);
  });

  it('stops when the client is gone, and when the caller aborts', async () => {
    const stopped: unknown[] = [];
    run = ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          stopped.push(signal.reason);
          reject(new PlatformError('unavailable', 'stopped'));
        });
      });
    const abort = new AbortController();
    const aborted = send({ signal: abort.signal });
    const sink = new Collected();
    const gone = send({ sink, head: { stream: true } });
    await expect.poll(() => claims, PATIENCE).toBe(2);
    abort.abort(new Error('cancelled'));
    sink.controller.abort(new Error('left'));
    await expect(aborted).rejects.toThrow('cancelled');
    await expect(gone).rejects.toThrow('left');
    await expect.poll(() => stopped.length, PATIENCE).toBe(2);
  });

  it('is lost when its node ends while it runs, and unreached when no byte of it was sent', async () => {
    run = () => new Promise(() => {});
    const lost = new AbortController();
    const running = send({ lost: lost.signal });
    await expect.poll(() => claims, PATIENCE).toBe(1);
    lost.abort(new Error('the node left'));
    expect(await running).toMatchObject({ kind: 'lost', begun: false });
    await second.stop();
    expect(await send()).toEqual({ kind: 'unreached' });
    expect(await send({ body: new Pieces([Buffer.from('a')]), head: { bodyBytes: 1 } })).toEqual({ kind: 'unreached' });
  });

  it('is asked of a node that may be gone before a byte of its event is sent', async () => {
    const ran = resultOf(await send({ event: Buffer.from('a small event'), asks: true }));
    expect(ran?.payload.toString()).toBe('ran a small event');
    expect(resultOf(await send({ event: Buffer.alloc(0), asks: true }))?.payload.toString()).toBe('ran ');
    // it does not answer
    second.listener.route('POST', CALL_PATH, () => {}, { body: 'stream' });
    expect(await send({ asks: true })).toEqual({ kind: 'unreached' });
    expect(claims).toBe(2);
  });

  it('is refused by a node that stops, one that does not know the configuration, and for a head that is none', async () => {
    expect(await send({ head: { change: 1 } })).toEqual({ kind: 'refused' });
    known = 1;
    expect((await send({ head: { change: 1 } })).kind).toBe('answered');
    const before = claims;
    expect(await send({ head: { urn: 'urn:x' } })).toEqual({ kind: 'refused' });
    expect(await send({ head: { eventBytes: 1e12 } })).toEqual({ kind: 'refused' });
    closing.abort();
    expect(await send()).toEqual({ kind: 'refused' });
    expect(claims).toBe(before);
  });

  it('gives its slot back when the event does not come', async () => {
    const stop = new AbortController();
    const headers = { [CALL_HEADER]: headText({ ...HEAD, eventBytes: 10 }), 'content-length': 10 };
    const body = new Readable({ read() {} });
    body.push('half');
    const request = { method: 'POST', path: CALL_PATH, headers, body, signal: stop.signal };
    const sending = first.connections.request(second.node, request).then(({ body: answer }) => buffer(answer));
    await expect.poll(() => claims, PATIENCE).toBe(1);
    stop.abort();
    await expect(sending).rejects.toThrow();
    await expect.poll(() => released, PATIENCE).toBe(1);
  });
});

it('a head has only ASCII, and is read as it was written', () => {
  const head = { ...HEAD, entry: 'knoten-ü', alias: '別名' };
  expect(headText(head)).toMatch(/^[\x20-\x7e]*$/);
  expect(parseHead(headText(head))).toEqual(head);
  expect(parseHead('{')).toBeUndefined();
  expect(parseHead(undefined)).toBeUndefined();
  expect(parseHead(headText({ ...head, claim: 'all' as 'slot' }))).toBeUndefined();
});

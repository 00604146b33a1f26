import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { BodySource } from '../runtime-link/index.ts';
import { type FakeFunction, FakeSandboxDriver, HANG } from '../sandbox/fake/index.ts';
import { startInstance } from '../start/start-instance.ts';
import { NO_CREDENTIALS, testSpec, testStartDeps } from '../testing.ts';
import type { Instance } from './instance.ts';
import type { InstanceAnswer } from './instance-types.ts';
import type { ResponseSink } from './streamed-answer.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { StreamedBody } from './streamed-body.ts';

class Source implements BodySource {
  readonly stream = new PassThrough({ highWaterMark: 64 * 1024 });
  ended = false;
  taken = 0;

  open(onMore: () => void): void {
    this.stream.on('readable', onMore);
    this.stream.on('end', () => {
      this.ended = true;
      onMore();
    });
  }

  take(maxBytes: number): Buffer | undefined {
    const piece = this.stream.read(Math.min(maxBytes, this.stream.readableLength)) as Buffer | null;
    this.taken += piece?.length ?? 0;
    return piece ?? undefined;
  }
}

class Sink implements ResponseSink {
  readonly leave = new AbortController();
  readonly gone = this.leave.signal;
  text = '';

  begin(): void {}
  flush(): void {}
  write(piece: Buffer, taken: () => void): void {
    this.text += piece.toString();
    taken();
  }
}

let dir: string;
let clock: ManualClock;
let instances: Instance[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fgb-'));
  clock = new ManualClock();
  instances = [];
});

afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
  rmSync(dir, { recursive: true, force: true });
});

async function start(fn: FakeFunction): Promise<Instance> {
  const deps = testStartDeps(new FakeSandboxDriver(fn), dir, clock);
  const instance = await startInstance(testSpec({ concurrency: 10 }), deps, new AbortController().signal);
  instances.push(instance);
  return instance;
}

function upload(instance: Instance, id = 'r'): { source: Source; sink: Sink; answer: Promise<InstanceAnswer> } {
  const source = new Source();
  const sink = new Sink();
  const base = { requestId: id, event: Buffer.from('head'), timeoutMs: 3000, invokeType: 'sync' as const };
  instance.take();
  const answer = instance.invoke({ ...base, credentials: NO_CREDENTIALS, http: true, sink, body: source });
  return { source, sink, answer };
}

/** Fills the source as fast as it accepts data. */
function pour(source: Source, bytes: number): void {
  const block = Buffer.alloc(64 * 1024);
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      left -= block.length;
      if (!source.stream.write(block)) {
        source.stream.once('drain', more);
        return;
      }
    }
    source.stream.end();
  };
  more();
}

describe('a body that is streamed to the function', () => {
  it('arrives complete and in order, and the frame announces how it comes', async () => {
    let seen = '';
    const frames: unknown[] = [];
    const instance = await start({
      handler: (_event, invoke) => {
        frames.push([invoke.stream, invoke.bodyFollows, invoke.bodyBytes]);
        return HANG;
      },
      onBody: (piece, { requestId, last }, peer) => {
        seen += piece.toString();
        if (last === true) peer.send({ type: 'result', requestId, code: 0 }, '');
      },
    });
    const { source, answer } = upload(instance);
    source.stream.write('one ');
    source.stream.end('two');
    expect((await answer).failure).toBe(undefined);
    expect([seen, frames]).toEqual(['one two', [[true, true, undefined]]]);
  });

  it('waits at the client when the function does not read, and other requests of the link go on', async () => {
    let got = 0;
    const instance = await start({
      handler: (event, { requestId }) => (requestId === 'other' ? event : HANG),
      onBody: (piece) => {
        got += piece.length;
      },
    });
    const { source, answer } = upload(instance);
    pour(source, 20 * 2 ** 20);
    await expect.poll(() => got).toBeGreaterThan(2 ** 20 - 20 * 512);
    const base = { event: Buffer.from('x'), timeoutMs: 3000, invokeType: 'sync' as const, credentials: NO_CREDENTIALS };
    instance.take();
    expect((await instance.invoke({ ...base, requestId: 'other' })).payload.toString()).toBe('x');
    expect([got <= 2 ** 20, source.taken]).toEqual([true, got]);
    clock.advance(3000);
    expect((await answer).failure?.outcome).toBe('timeout');
  });

  it('continues with the credit that the function grants', async () => {
    let got = 0;
    const instance = await start({
      handler: () => HANG,
      onBody: (piece, { requestId, last }, peer) => {
        got += piece.length;
        if (last === true) peer.send({ type: 'result', requestId, code: 0 }, '');
        else peer.send({ type: 'bodyCredit', requestId, bytes: piece.length + 256 });
      },
    });
    const { source, answer } = upload(instance);
    pour(source, 5 * 2 ** 20);
    expect((await answer).failure).toBe(undefined);
    expect(got).toBe(5 * 2 ** 20);
  });

  it.each([
    ['more than was spent', 10_000_000],
    ['a negative number', -1],
    ['half a byte', 0.5],
  ])('cuts an instance off that gives credit for %s', async (_what, bytes) => {
    const instance = await start({
      handler: (_event, { requestId }, peer) => {
        peer.send({ type: 'bodyCredit', requestId, bytes });
        return HANG;
      },
    });
    const { failure } = await upload(instance).answer;
    expect([failure?.outcome, instance.state]).toEqual(['system_error', 'stopped']);
    expect(failure?.payload.toString()).toContain('broke its protocol');
  });

  it('closes the link of an instance that grants credit for a request without such a body', async () => {
    const instance = await start({
      handler: (_event, { requestId }, peer) => {
        peer.send({ type: 'bodyCredit', requestId, bytes: 1 });
        return HANG;
      },
    });
    instance.take();
    const base = { event: Buffer.from('x'), timeoutMs: 3000, invokeType: 'sync' as const, credentials: NO_CREDENTIALS };
    const { failure } = await instance.invoke({ ...base, requestId: 'plain' });
    expect(failure?.payload.toString()).toContain('without a body that follows');
  });

  it('cancels the request in the function when the client disconnects, and sends no more', async () => {
    const heard: string[] = [];
    const instance = await start({
      handler: () => HANG,
      onBody: (piece) => {
        heard.push(piece.toString());
      },
      onCancel: (requestId, peer) => {
        heard.push('cancel');
        peer.send({ type: 'result', requestId, code: 4002 }, '{}');
      },
    });
    const { source, sink, answer } = upload(instance);
    source.stream.write('half');
    await expect.poll(() => heard).toEqual(['half']);
    sink.leave.abort();
    source.stream.end('rest');
    expect((await answer).failure?.outcome).toBe('cancelled');
    expect([heard, instance.state]).toEqual([['half', 'cancel'], 'ready']);
  });

  it('has the timeout of the function stand still while the client is slow', async () => {
    let got = '';
    const instance = await start({
      handler: () => HANG,
      onBody: (piece, { requestId, last }, peer) => {
        got += piece.toString();
        if (last === true) peer.send({ type: 'result', requestId, code: 0 }, '');
      },
    });
    const { source, answer } = upload(instance);
    source.stream.write('slow');
    await expect.poll(() => got).toBe('slow');
    for (let at = 0; at < 10; at++) clock.advance(3_000);
    source.stream.end(' end');
    expect((await answer).failure).toBe(undefined);
    expect(got).toBe('slow end');
  });

  it('is left alone when the function answers before it read all', async () => {
    let pieces = 0;
    const instance = await start({
      handler: (_event, { requestId }, peer) => {
        peer.send({ type: 'chunk', requestId, head: { statusCode: 413 } }, 'enough');
        return '';
      },
      onBody: () => {
        pieces += 1;
      },
    });
    const { source, sink, answer } = upload(instance);
    expect((await answer).failure).toBe(undefined);
    source.stream.end('late');
    expect([sink.text, pieces, source.taken]).toEqual(['enough', 0, 0]);
  });
});

describe('the time of a function whose body is still arriving', () => {
  it('stands still while the client has to send, and runs while the function has to read', () => {
    const source = new Source();
    const body = new StreamedBody(source, clock);
    const streamed = new StreamedAnswer(new Sink(), clock, body);
    body.take(10);
    clock.advance(10_000);
    expect(streamed.leftMs(3_000)).toBe(3_000);
    source.stream.write('abc');
    body.take(10);
    clock.advance(1_000);
    expect(streamed.leftMs(3_000)).toBe(2_000);
    clock.advance(900_000);
    expect(streamed.leftMs(3_000)).toBe(0);
  });
});

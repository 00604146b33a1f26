import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ResponseSink, StreamedAnswer } from './streamed-answer.ts';

class Sink implements ResponseSink {
  readonly leave = new AbortController();
  readonly gone = this.leave.signal;
  readonly seen: string[] = [];
  readonly taken: (() => void)[] = [];
  refusal: Error | undefined;

  begin(head: { readonly statusCode?: number }): void {
    if (this.refusal !== undefined) throw this.refusal;
    this.seen.push(`head ${head.statusCode ?? ''}`);
  }

  flush(): void {
    this.seen.push('flush');
  }

  write(piece: Buffer, taken: () => void): void {
    this.seen.push(piece.length > 100 ? `${piece.length} bytes` : piece.toString());
    this.taken.push(taken);
  }
}

function answer(): { sink: Sink; clock: ManualClock; streamed: StreamedAnswer; stops: string[] } {
  const sink = new Sink();
  const clock = new ManualClock();
  const streamed = new StreamedAnswer(sink, clock);
  const stops: string[] = [];
  streamed.watch(() => stops.push('stop'));
  return { sink, clock, streamed, stops };
}

const ignore = (): void => undefined;

describe('streamed answer', () => {
  it('begins once, and early when the first piece is empty', () => {
    const { sink, streamed } = answer();
    streamed.chunk({ statusCode: 201 }, Buffer.alloc(0), ignore);
    streamed.chunk(undefined, Buffer.from('a'), ignore);
    expect(sink.seen).toEqual(['head 201', 'flush', 'a']);
    expect([streamed.begun, streamed.bytes]).toEqual([true, 1]);
  });

  it('is stopped once when the client disconnects, and discards the rest', () => {
    const { sink, streamed, stops } = answer();
    streamed.chunk(undefined, Buffer.from('a'), ignore);
    sink.leave.abort();
    let taken = 0;
    streamed.chunk(undefined, Buffer.from('b'), () => {
      taken += 1;
    });
    expect([sink.seen, taken, stops]).toEqual([['head ', 'a'], 1, ['stop']]);
    expect(streamed.stopped?.outcome).toBe('cancelled');
  });

  it('is stopped before anything is sent when its head is refused', () => {
    const { sink, streamed, stops } = answer();
    sink.refusal = new PlatformError('invalid_gateway_answer', 'no such status');
    streamed.chunk({ statusCode: 99 }, Buffer.from('a'), ignore);
    expect([streamed.begun, stops, streamed.stopped?.code]).toEqual([false, ['stop'], 4007]);
    expect(streamed.stopped?.payload.toString()).toContain('no such status');
  });

  it('is stopped by the first piece over the limit', () => {
    const { streamed, stops } = answer();
    const piece = Buffer.alloc(2 ** 20);
    for (let at = 0; at < 200; at++) streamed.chunk(undefined, piece, ignore);
    expect(stops).toEqual([]);
    streamed.chunk(undefined, Buffer.from('x'), ignore);
    expect([stops, streamed.stopped?.code, streamed.bytes]).toEqual([['stop'], 4004, 200 * 2 ** 20]);
  });

  it('reports at once that the client disconnected before it was watched', () => {
    const sink = new Sink();
    sink.leave.abort();
    const streamed = new StreamedAnswer(sink, new ManualClock());
    const stops: string[] = [];
    streamed.watch(() => stops.push('stop'));
    expect(stops).toEqual(['stop']);
  });

  it('restarts the timeout of a function with each piece, and does not count the time of a slow client', () => {
    const { sink, clock, streamed } = answer();
    clock.advance(2_000);
    expect(streamed.leftMs(3_000)).toBe(1_000);
    streamed.chunk(undefined, Buffer.from('a'), ignore);
    clock.advance(10_000);
    expect(streamed.leftMs(3_000)).toBe(3_000);
    sink.taken[0]?.();
    clock.advance(1_000);
    expect(streamed.leftMs(3_000)).toBe(2_000);
  });

  it('ends after the longest time that any function may have', () => {
    const { clock, streamed } = answer();
    clock.advance(899_000);
    streamed.chunk(undefined, Buffer.from('a'), ignore);
    expect(streamed.leftMs(3_000)).toBe(1_000);
    clock.advance(1_000);
    expect(streamed.leftMs(3_000)).toBe(0);
  });
});

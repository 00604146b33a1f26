import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutputLimit } from './output-limit.ts';

const KIB = 1024;

describe('the output of a sandbox', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 10_000 }));
  afterEach(() => vi.useRealTimers());

  function observe() {
    const reported: string[] = [];
    const limit = new OutputLimit((_stream, text) => reported.push(text));
    const stream = new PassThrough({ highWaterMark: 16 * KIB });
    limit.attach('stdout', stream);
    return { reported, limit, stream };
  }

  /** Writes and waits until the reader took it. */
  async function write(stream: PassThrough, bytes: Uint8Array | string): Promise<void> {
    await new Promise<void>((resolve) => stream.write(bytes, () => resolve()));
  }

  it('is reported in messages of at most 8 KiB', async () => {
    const { reported, stream } = observe();
    await write(stream, 'x'.repeat(20 * KIB));
    expect(reported.map(({ length }) => length)).toEqual([8 * KIB, 8 * KIB, 4 * KIB]);
  });

  it('keeps a character whole that two chunks share', async () => {
    const { reported, stream } = observe();
    const bytes = Buffer.from('a€b');
    await write(stream, bytes.subarray(0, 2));
    await write(stream, bytes.subarray(2));
    expect(reported.join('')).toBe('a€b');
  });

  it('is cut after 64 KiB in a second, marks that once, and continues in the next second', async () => {
    const { reported, stream } = observe();
    for (let i = 0; i < 10; i++) await write(stream, 'x'.repeat(10 * KIB));
    expect(reported.filter((text) => text.startsWith('x')).join('').length).toBe(64 * KIB);
    expect(reported.filter((text) => text.includes('output cut'))).toHaveLength(1);
    vi.setSystemTime(11_001);
    await write(stream, 'again');
    expect(reported.at(-1)).toBe('again');
  });

  it('reports that it is cut also when the limit falls between two chunks', async () => {
    const { reported, stream } = observe();
    for (let i = 0; i < 9; i++) await write(stream, 'x'.repeat(8 * KIB));
    expect(reported.filter((text) => text.includes('output cut'))).toHaveLength(1);
  });

  it('makes the writer wait after 1 MiB in a second', async () => {
    const { stream } = observe();
    await write(stream, Buffer.alloc(1024 * KIB));
    expect(stream.isPaused()).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(stream.isPaused()).toBe(false);
  });

  it('is read to its end at once when every writer is dead', async () => {
    const { limit, stream } = observe();
    await write(stream, Buffer.alloc(1024 * KIB));
    stream.write(Buffer.alloc(64 * KIB));
    stream.end();
    limit.finish();
    await once(stream, 'end');
  });
});

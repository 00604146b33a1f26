import { describe, expect, it } from 'vitest';
import { LinkViolation } from './frame-decoder.ts';
import { LinkStream } from './link-stream.ts';

const WINDOW = 1024 * 1024;

function stream(): { link: LinkStream; pieces: { bytes: number; taken: () => void }[]; credits: number[] } {
  const pieces: { bytes: number; taken: () => void }[] = [];
  const credits: number[] = [];
  const receiver = {
    chunk: (_head: unknown, piece: Buffer, taken: () => void) => pieces.push({ bytes: piece.length, taken }),
  };
  return { link: new LinkStream(receiver, (bytes) => credits.push(bytes)), pieces, credits };
}

describe('link stream', () => {
  it('lets an instance spend its credit and no byte more', () => {
    const { link } = stream();
    for (let at = 0; at < 3; at++) link.receive(undefined, Buffer.alloc(256 * 1024));
    link.receive(undefined, Buffer.alloc(256 * 1024 - 4 * 256));
    expect(() => link.receive(undefined, Buffer.alloc(0))).toThrow(LinkViolation);
  });

  it('counts small pieces by more than their bytes, so that their number is bounded', () => {
    const { link, pieces } = stream();
    const flood = (): void => {
      for (let at = 0; at < 10_000; at++) link.receive(undefined, Buffer.from('x'));
    };
    expect(flood).toThrow(LinkViolation);
    expect(pieces.length).toBe(Math.floor(WINDOW / 257));
  });

  it('returns credit in portions, when pieces are taken', () => {
    const { link, pieces, credits } = stream();
    for (let at = 0; at < 4; at++) link.receive(undefined, Buffer.alloc(100_000));
    for (const piece of pieces.slice(0, 2)) piece.taken();
    expect(credits).toEqual([]);
    pieces[2]?.taken();
    expect(credits).toEqual([3 * 100_256]);
    // Returned credit may be used again.
    for (let at = 0; at < 9; at++) link.receive(undefined, Buffer.alloc(100_000));
    expect(() => link.receive(undefined, Buffer.alloc(100_000))).toThrow(LinkViolation);
  });

  it('refuses a head in the middle and a piece that is too large', () => {
    const { link } = stream();
    link.receive({ statusCode: 200 }, Buffer.from('a'));
    expect(() => link.receive({ statusCode: 200 }, Buffer.from('b'))).toThrow('a head in the middle');
    expect(() => stream().link.receive(undefined, Buffer.alloc(256 * 1024 + 1))).toThrow('a chunk of 262145 bytes');
  });

  it('copies small pieces out of the buffer they came in', () => {
    const kept: Buffer[] = [];
    const receiver = { chunk: (_head: unknown, piece: Buffer) => kept.push(piece) };
    const link = new LinkStream(receiver, () => undefined);
    const arrived = Buffer.alloc(64 * 1024, 'a');
    link.receive(undefined, arrived.subarray(0, 10));
    arrived.fill('b');
    expect(kept[0]?.toString()).toBe('aaaaaaaaaa');
  });
});

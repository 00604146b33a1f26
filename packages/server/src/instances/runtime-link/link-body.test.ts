import { describe, expect, it } from 'vitest';
import { LinkViolation } from './frame-decoder.ts';
import { type BodySource, LinkBody } from './link-body.ts';

const WINDOW = 1024 * 1024;
const COST = 256;

/** A client controlled by the test. */
class Source implements BodySource {
  there = Buffer.alloc(0);
  complete = false;
  more: () => void = () => {};

  get ended(): boolean {
    return this.complete && this.there.length === 0;
  }

  open(onMore: () => void): void {
    this.more = onMore;
  }

  take(maxBytes: number): Buffer | undefined {
    if (this.there.length === 0) return undefined;
    const piece = this.there.subarray(0, maxBytes);
    this.there = this.there.subarray(piece.length);
    return piece;
  }

  arrive(bytes: number, complete = false): void {
    this.there = Buffer.concat([this.there, Buffer.alloc(bytes)]);
    this.complete = complete;
    this.more();
  }
}

function body(): { source: Source; link: LinkBody; sent: { bytes: number; last: boolean }[]; total: () => number } {
  const source = new Source();
  const sent: { bytes: number; last: boolean }[] = [];
  const link = new LinkBody(source, (piece, last) => sent.push({ bytes: piece.length, last }));
  link.start();
  return { source, link, sent, total: () => sent.reduce((sum, { bytes }) => sum + bytes, 0) };
}

describe('the body of a request on the link', () => {
  it('is sent as it arrives, and its end is sent once', () => {
    const { source, sent } = body();
    source.arrive(3);
    source.arrive(4);
    source.arrive(0, true);
    source.more();
    expect(sent).toEqual([
      { bytes: 3, last: false },
      { bytes: 4, last: false },
      { bytes: 0, last: true },
    ]);
  });

  it('sends the end with the last piece when both are known together', () => {
    const { source, sent } = body();
    source.arrive(5, true);
    expect(sent).toEqual([{ bytes: 5, last: true }]);
  });

  it('leaves bytes without credit at the client', () => {
    const { source, link, sent, total } = body();
    source.arrive(3 * WINDOW);
    expect(total() + sent.length * COST).toBeLessThanOrEqual(WINDOW);
    expect(total()).toBe(WINDOW - 4 * COST);
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThanOrEqual(256 * 1024);
    link.grant(100_000);
    expect(total()).toBe(WINDOW - 4 * COST + 100_000 - COST);
  });

  it('counts small pieces by more than their bytes', () => {
    const { source, sent } = body();
    for (let at = 0; at < 10_000; at++) source.arrive(1);
    expect(sent.length).toBe(Math.floor((WINDOW - 1) / 257));
  });

  it('is a violation when the instance grants unused credit, or an invalid number of bytes', () => {
    const { source, link } = body();
    expect(() => link.grant(1)).toThrow(LinkViolation);
    source.arrive(1000);
    for (const bytes of [0, -5, 1.5, 2 ** 53, 1000 + COST + 1]) expect(() => link.grant(bytes)).toThrow(LinkViolation);
    link.grant(1000 + COST);
    expect(() => link.grant(1)).toThrow(LinkViolation);
  });

  it('sends no more after it was stopped', () => {
    const { source, link, sent } = body();
    source.arrive(1);
    link.stop();
    source.arrive(1, true);
    link.grant(257);
    expect(sent).toEqual([{ bytes: 1, last: false }]);
  });
});

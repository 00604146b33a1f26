import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrameHead, FrameDecoder, LinkViolation } from './frame-decoder.ts';

function decodeAll(stream: Buffer, cuts: readonly number[]): { header: string; body: string }[] {
  const frames: { header: string; body: string }[] = [];
  const decoder = new FrameDecoder((header, body) =>
    frames.push({ header: header.toString(), body: body.toString('hex') }),
  );
  const points = [...new Set(cuts.map((c) => c % (stream.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const point of [...points, stream.length]) {
    if (point > from) decoder.push(stream.subarray(from, point));
    from = Math.max(from, point);
  }
  return frames;
}

describe('frame decoder', () => {
  it('returns the frames for any split of the stream', () => {
    const frame = fc.record({
      header: fc.dictionary(fc.string(), fc.string()),
      body: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, cuts) => {
        const stream = Buffer.concat(
          frames.flatMap((f) => [encodeFrameHead(f.header, f.body.length), Buffer.from(f.body)]),
        );
        const expected = frames.map((f) => ({
          header: JSON.stringify(f.header),
          body: Buffer.from(f.body).toString('hex'),
        }));
        expect(decodeAll(stream, cuts)).toEqual(expected);
      }),
    );
  });

  it('refuses a length over the limit before it waits for the bytes', () => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(0xffff_ffff, 0);
    expect(() => new FrameDecoder(() => {}).push(head)).toThrow(LinkViolation);
    head.writeUInt32BE(2, 0);
    head.writeUInt32BE(9 * 1024 * 1024, 4);
    expect(() => new FrameDecoder(() => {}).push(head)).toThrow(LinkViolation);
  });

  it('holds about the received bytes of a frame, for any announced length and any size of the pieces', () => {
    const decoder = new FrameDecoder(() => {});
    const head = Buffer.alloc(8);
    head.writeUInt32BE(2, 0);
    head.writeUInt32BE(8 * 1024 * 1024, 4);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const before = heapUsed + arrayBuffers;
    decoder.push(head);
    for (let i = 0; i < 1_000_000; i += 1) decoder.push(Buffer.allocUnsafeSlow(1));
    expect(decoder.heldBytes).toBe(1_000_008);
    const after = process.memoryUsage();
    expect(after.heapUsed + after.arrayBuffers - before).toBeLessThan(48 * 1024 * 1024);
  });
});

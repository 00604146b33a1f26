import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type AnswerFrame,
  BrokenFrame,
  FrameReader,
  flushFrame,
  headFrame,
  pieceFrame,
  resultFrame,
} from './answer-frames.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((all) => Buffer.from(all));
const frame = fc.oneof(
  fc.record({ kind: fc.constant('head' as const), head: fc.record({ statusCode: fc.integer() }) }),
  fc.record({ kind: fc.constant('flush' as const) }),
  fc.record({ kind: fc.constant('piece' as const), piece: bytes }),
  fc.record({ kind: fc.constant('result' as const), result: fc.dictionary(fc.string(), fc.string()), payload: bytes }),
);

function encode(one: AnswerFrame): Buffer {
  if (one.kind === 'head') return headFrame(one.head);
  if (one.kind === 'flush') return flushFrame();
  return one.kind === 'piece' ? pieceFrame(one.piece) : resultFrame(one.result as object, one.payload);
}

it('frames arrive as they were sent, in whatever pieces', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 30 })), (frames, cuts) => {
      const sent = Buffer.concat(frames.map(encode));
      const reader = new FrameReader();
      const got: AnswerFrame[] = [];
      let at = 0;
      for (let n = 0; at < sent.length; n += 1) {
        const size = cuts[n % Math.max(cuts.length, 1)] ?? sent.length;
        got.push(...reader.read(sent.subarray(at, at + size)));
        at += size;
      }
      expect(got).toEqual(frames.map((one) => (one.kind === 'result' ? { ...one, result: { ...one.result } } : one)));
    }),
  );
});

it.each([
  ['too many bytes', Buffer.from([3, 0xff, 0xff, 0xff, 0xff])],
  ['an unknown type', Buffer.from([9, 0, 0, 0, 0])],
  ['a head that is no JSON', Buffer.from([1, 0, 0, 0, 1, 0x7b])],
  ['a result that is shorter than its head', Buffer.from([4, 0, 0, 0, 4, 0, 0, 0, 9])],
])('refuses %s', (_, broken) => {
  expect(() => [...new FrameReader().read(broken)]).toThrow(BrokenFrame);
});

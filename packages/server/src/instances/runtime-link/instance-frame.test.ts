import { expect, it } from 'vitest';
import { LinkViolation } from './frame-decoder.ts';
import { parseInstanceFrame } from './instance-frame.ts';

const parse = (text: string) => parseInstanceFrame(Buffer.from(text));

it('accepts the head of a streamed answer with the maximum number of headers', () => {
  const headers = Array.from({ length: 200 }, (_, at) => [`x-${at}`, '[{,:']);
  const frame = { type: 'chunk', requestId: 'r', head: { statusCode: 200, headers } };
  expect(parse(JSON.stringify(frame))).toEqual(frame);
});

it.each([
  ['deep', `{"type":"ready","x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ['full of values', `{"type":"ready","x":[${'{},'.repeat(20_000)}{}],"loadMs":1,"initMs":1}`],
])('refuses a header that is %s', (_, text) => {
  expect(() => parse(text)).toThrow(LinkViolation);
});

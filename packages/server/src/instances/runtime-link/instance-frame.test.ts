import { expect, it } from 'vitest';
import { LinkViolation } from './frame-decoder.ts';
import { parseChecked, parseInstanceFrame } from './instance-frame.ts';

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

/** The frame, or that it is refused. */
function verdict(read: (header: Buffer) => unknown, text: string): unknown {
  try {
    return read(Buffer.from(text));
  } catch (error) {
    if (error instanceof LinkViolation) return 'violation';
    throw error;
  }
}

it('reads the usual result exactly as the general parser reads it', () => {
  const id = '"requestId":"01939b1c-7c3e-7000-8000-000000000000"';
  const long = (chars: number): string => `"requestId":"${'x'.repeat(chars)}"`;
  const tails = ['', ',"raw":true', ',"raw":false', ',"raw":1', ',"more":1', ' ', ',"code":7'];
  const times = [
    '',
    ...['0', '0.25', '1e3', '01', '-1', '1.', '.5', '999999999', '1'.repeat(40)].map((n) => `,"ms":${n}`),
  ];
  const codes = ['0', '4002', '04', '-1', '123456', '1.5', '"0"', ''];
  for (const requestId of [id, long(128), long(129), '"requestId":"a\\n"', '"requestId":"ü"', '"requestId":""']) {
    for (const code of codes) {
      for (const ms of times) {
        for (const tail of tails) {
          const text = `{"type":"result",${requestId},"code":${code}${ms}${tail}}`;
          expect(verdict(parseInstanceFrame, text), text).toEqual(verdict(parseChecked, text));
        }
      }
    }
  }
});

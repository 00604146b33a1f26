import Decoder from 'kafkajs/src/protocol/decoder.js';
import { expect, it } from 'vitest';
import { boundDecoder, type ResponseDecoder } from './bounded-decoder.ts';

boundDecoder(Decoder.prototype);
boundDecoder(Decoder.prototype);

const decoder = (...bytes: number[]): ResponseDecoder => new Decoder(Buffer.from(bytes));
const byte = (from: ResponseDecoder): number | undefined => {
  from.offset += 1;
  return from.buffer[from.offset - 1];
};
const HUGE = [0x7f, 0xff, 0xff, 0xff];
const HUGE_VAR_INT = [0xfe, 0xff, 0xff, 0xff, 0x0f];

it.each<[string, ResponseDecoder, (from: ResponseDecoder) => unknown, unknown]>([
  ['a list', decoder(0, 0, 0, 2, 7, 8), (from) => from.readArray(byte), [7, 8]],
  ['no list', decoder(255, 255, 255, 255), (from) => from.readArray(byte), []],
  ['headers', decoder(4, 7, 8), (from) => from.readVarIntArray(byte), [7, 8]],
  ['a compact list', decoder(3, 7, 8), (from) => from.readUVarIntArray(byte), [7, 8]],
  ['no compact list', decoder(0), (from) => from.readUVarIntArray(byte), null],
  ['tagged fields', decoder(1, 0, 2, 7), (from) => from.readTaggedFields(), {}],
  ['no tagged fields', decoder(0), (from) => from.readTaggedFields(), null],
  ['a name', decoder(0, 2, 0x68, 0x69), (from) => from.readString(), 'hi'],
])('%s of a response is read as before', async (_, from, read, value) => {
  expect(await read(from)).toEqual(value);
});

it('headers are joined as by the library, those of one name as a list', () => {
  const text = (from: ResponseDecoder): unknown => ({ key: String.fromCharCode(byte(from) ?? 0), value: byte(from) });
  const headers = decoder(8, 0x61, 1, 0x62, 2, 0x61, 3, 0x61, 4).readVarIntArray(text);
  expect(headers.reduce((all) => all, {})).toEqual({ a: [1, 3, 4], b: 2 });
});

it('a list that is read bit by bit is read as before', async () => {
  expect(await decoder(0, 0, 0, 2, 7, 8).readArrayAsync(async (from) => byte(from))).toEqual([7, 8]);
});

it.each<[string, ResponseDecoder, (from: ResponseDecoder) => unknown]>([
  ['a list', decoder(...HUGE), (from) => from.readArray(byte)],
  ['a list that is read bit by bit', decoder(...HUGE), (from) => from.readArrayAsync(async () => byte(from))],
  ['headers', decoder(...HUGE_VAR_INT), (from) => from.readVarIntArray(byte)],
  ['a compact list', decoder(...HUGE_VAR_INT), (from) => from.readUVarIntArray(byte)],
  ['tagged fields', decoder(...HUGE_VAR_INT), (from) => from.readTaggedFields()],
])('%s with more elements than the response has bytes is refused', async (_, from, read) => {
  await expect(async () => read(from)).rejects.toThrow('a list of');
});

it('a negative length is refused, which would read the same bytes for ever', () => {
  expect(() => decoder(0xff, 0xf0).readString()).toThrow('a negative length');
});

it.each(['__proto__', 'constructor'])(
  'the name %s is refused, by which the library would change all objects',
  (name) => {
    const bytes = Buffer.from(name);
    expect(() => decoder(0, bytes.length, ...bytes).readString()).toThrow(`the name ${name}`);
  },
);

import { describe, expect, it } from 'vitest';
import { readApigAnswer } from './apig-answer.ts';
import { headersOut } from './headers.ts';
import { decodeAnswer } from './http-form.ts';

const apig = (value: unknown) => readApigAnswer(Buffer.from(JSON.stringify(value)));

describe('the answer of an event function', () => {
  it('needs no more than a statusCode', () => {
    expect(apig({ statusCode: 204 })).toEqual({ statusCode: 204, headers: [], body: Buffer.alloc(0) });
    expect(apig({ statusCode: 200, headers: null, body: null, isBase64Encoded: null }).body).toHaveLength(0);
  });

  it('has headers with one value or several, also numbers', () => {
    const { headers } = apig({ statusCode: 200, headers: { a: 'x', b: ['y', 'z'], c: 3, d: true } });
    expect(headers).toEqual([
      ['a', 'x'],
      ['b', 'y'],
      ['b', 'z'],
      ['c', '3'],
      ['d', 'true'],
    ]);
  });

  it.each([[{}], [{ statusCode: 0 }], [{ statusCode: null, body: 'x' }]])('has no status: %j', (value) => {
    expect(() => apig(value)).toThrow(expect.objectContaining({ code: 'status_code_missing' }));
  });

  it.each([
    ['text'],
    [null],
    [[1]],
    [7],
    [{ statusCode: '200' }],
    [{ statusCode: 100 }],
    [{ statusCode: 600 }],
    [{ statusCode: 200.5 }],
    [{ statusCode: 200, body: {} }],
    [{ statusCode: 200, headers: [] }],
    [{ statusCode: 200, headers: { a: {} } }],
    [{ statusCode: 200, isBase64Encoded: 'true' }],
  ])('is not a valid one: %j', (value) => {
    expect(() => apig(value)).toThrow(expect.objectContaining({ code: 'invalid_gateway_answer' }));
  });
});

describe('the answer of an HTTP function', () => {
  const frame = (head: string, length = head.length): Buffer => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(length);
    return Buffer.concat([size, Buffer.from(head), Buffer.from('body')]);
  };

  it('has its head and then the bytes', () => {
    const answer = decodeAnswer(frame('{"statusCode":200,"headers":[["A","1"],["A","2"]]}'));
    expect([answer.statusCode, answer.headers, answer.body.toString()]).toEqual([
      200,
      [
        ['A', '1'],
        ['A', '2'],
      ],
      'body',
    ]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a length beyond its end', frame('{}', 4_000_000_000)],
    ['no JSON', frame('{"a')],
    ['null', frame('null')],
    ['an interim status', frame('{"statusCode":101,"headers":[]}')],
    ['headers that are no pairs', frame('{"statusCode":200,"headers":[["a"]]}')],
    ['values that are not text', frame('{"statusCode":200,"headers":[["a",1]]}')],
  ])('is refused with %s', (_what, bytes) => {
    expect(() => decodeAnswer(bytes)).toThrow(expect.objectContaining({ code: 'invalid_gateway_answer' }));
  });
});

describe('headers for the client', () => {
  it('leaves out those of the connection and the forged request id', () => {
    const kept = headersOut([
      ['Connection', 'close'],
      ['transfer-encoding', 'chunked'],
      ['X-Cff-Request-Id', 'x'],
      ['A', 'é'],
    ]);
    expect(kept).toEqual([['A', 'é']]);
  });

  it.each([
    ['a', 'b\r\nc: d'],
    ['a', 'b\nc'],
    ['a', 'b\0'],
    ['a', '中'],
    ['a\r\nb', 'c'],
    ['a b', 'c'],
    ['', 'c'],
    ['a', 'x'.repeat(40_000)],
  ])('refuses %j: %j', (name, value) => {
    expect(() => headersOut([[name, value]])).toThrow(expect.objectContaining({ code: 'invalid_gateway_answer' }));
  });

  it('refuses more than two hundred', () => {
    const many = Array.from({ length: 201 }, (_, i): [string, string] => [`a${i}`, '']);
    expect(() => headersOut(many)).toThrow(expect.objectContaining({ code: 'invalid_gateway_answer' }));
  });
});

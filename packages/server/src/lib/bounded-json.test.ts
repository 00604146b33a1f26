import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_LIMITS, parseBoundedJson } from './bounded-json.ts';

const LIMITS = { depth: 3, tokens: 8 };
const parse = (text: string, limits = LIMITS): unknown => parseBoundedJson(Buffer.from(text), limits);

describe('JSON from outside', () => {
  it('is parsed like any other within the limits', () => {
    expect(parse('{"a":[1,{"b":2}]}')).toEqual({ a: [1, { b: 2 }] });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        expect(parse(text, DOCUMENT_LIMITS)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is refused for its depth and its number of values before it is parsed', () => {
    expect(() => parse('[[[[]]]]')).toThrow('nested deeper than 3 levels');
    expect(() => parse('{"a":{"b":{"c":{}}}}')).toThrow('nested deeper than 3 levels');
    expect(() => parse('[1,1,1,1,1,1,1,1,1]')).toThrow('more than 8 values');
    expect(() => parse('{"a":1,"b":1,"c":1,"d":1,"e":1}')).toThrow('more than 8 values');
    // not even JSON, so only the measure can have refused it
    expect(() => parse('[[[[x')).toThrow('nested deeper than 3 levels');
  });

  it('does not count characters inside a text', () => {
    const brackets = '[{,:'.repeat(100);
    for (const text of [
      brackets,
      `${'\\'.repeat(101)}"${brackets}`,
      `"${brackets}\\`,
      'x'.repeat(63),
      'x'.repeat(64),
    ]) {
      expect(parse(JSON.stringify([text, 1]))).toEqual([text, 1]);
    }
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('"', '\\', '[', 'a'), maxLength: 200 })), (texts) => {
        expect(parse(JSON.stringify(texts), { depth: 1, tokens: texts.length + 1 })).toEqual(texts);
      }),
    );
    expect(() => parse(`"${'x'.repeat(70)}\\"`)).toThrow(SyntaxError);
  });

  it('is measured far faster than it could be parsed', () => {
    const hostile = Buffer.from(`[${'{},'.repeat(1_000_000)}{}]`);
    const long = Buffer.from(JSON.stringify({ file: 'A'.repeat(12_000_000) }));
    const processorMs = (work: () => void): number => {
      const before = process.threadCpuUsage();
      work();
      return process.threadCpuUsage(before).user / 1000;
    };
    let [refusing, parsing] = [Infinity, Infinity];
    // a busy machine makes a run slower, never faster
    for (let run = 0; run < 1 || (run < 20 && refusing >= parsing / 2); run += 1) {
      refusing = Math.min(
        refusing,
        processorMs(() => {
          expect(() => parseBoundedJson(hostile, DOCUMENT_LIMITS)).toThrow('more than 50000 values');
          expect(() => parseBoundedJson(Buffer.from('['.repeat(70_000)), DOCUMENT_LIMITS)).toThrow('nested deeper');
        }),
      );
      parsing = Math.min(
        parsing,
        processorMs(() => JSON.parse(hostile.toString())),
      );
    }
    expect(refusing).toBeLessThan(parsing / 2);
    expect(parseBoundedJson(long, DOCUMENT_LIMITS)).toHaveProperty('file');
  });
});

import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const { DEFINED, GobReader, NotGob } = require('../go/gob-reader.js');
const { MessageReader } = require('../go/rpc-client.js');

/** What Go's encoder writes for a `struct { ServiceMethod string; Seq uint64; Error string }`, without the lengths. */
const DEFINITION = Buffer.from(
  '7f03010108526573706f6e736501ff80000103010d536572766963654d6574686f64010c00010353657101060001054572726f72010c000000',
  'hex',
);
const VALUE = Buffer.from('ff80010f46756e6374696f6e2e496e766f6b650107010362616400', 'hex');

/** Every error that a hostile program can cause must be a `NotGob`. */
function swallow(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof NotGob)) throw error;
  }
}

describe('gob', () => {
  it('reads a struct whose type came before', () => {
    const reader = new GobReader();
    expect(reader.read(DEFINITION)).toBe(DEFINED);
    expect({ ...reader.read(VALUE) }).toEqual({ ServiceMethod: 'Function.Invoke', Seq: 7, Error: 'bad' });
  });

  it('refuses a type that is defined twice', () => {
    const reader = new GobReader();
    reader.read(DEFINITION);
    expect(() => reader.read(DEFINITION)).toThrow(NotGob);
  });

  it('refuses a value of an undefined type', () => {
    expect(() => new GobReader().read(VALUE)).toThrow('out of place');
  });

  it('refuses a length that the message does not have before it makes room for it', () => {
    // []byte with a claimed length of 2^40
    expect(() => new GobReader().read(Buffer.from('0a00fa010000000000', 'hex'))).toThrow('larger than its message');
    expect(() => new MessageReader(() => undefined).push(Buffer.from('fc7fffffff00', 'hex'))).toThrow('too large');
    expect(() => new MessageReader(() => undefined).push(Buffer.from('f80000000000000001', 'hex'))).toThrow(NotGob);
  });

  it('ends with a refusal or a value for any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (messages) => {
        const reader = new GobReader();
        for (const message of messages) swallow(() => reader.read(Buffer.from(message)));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends with a refusal or a value for true messages with one byte changed', () => {
    for (const message of [DEFINITION, VALUE]) {
      for (let at = 0; at < message.length; at++) {
        for (let value = 0; value < 256; value++) {
          const reader = new GobReader();
          if (message === VALUE) reader.read(DEFINITION);
          const changed = Buffer.from(message);
          changed[at] = value;
          swallow(() => reader.read(changed));
        }
      }
    }
  });

  it('gives back the messages however the stream is cut', () => {
    const message = fc.uint8Array({ minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (messages, cuts) => {
        const stream = Buffer.concat(
          messages.flatMap((each) => {
            const length =
              each.length < 128
                ? [each.length]
                : each.length < 256
                  ? [255, each.length]
                  : [254, each.length >> 8, each.length & 255];
            return [Buffer.from(length), Buffer.from(each)];
          }),
        );
        const seen: string[] = [];
        const reader = new MessageReader((bytes: Buffer) => seen.push(bytes.toString('hex')));
        const points = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) => a - b);
        let from = 0;
        for (const point of points) {
          reader.push(stream.subarray(from, point));
          from = point;
        }
        expect(seen).toEqual(messages.map((each) => Buffer.from(each).toString('hex')));
      }),
    );
  });
});

/** Of installed packages. */
const LIBRARY = /(^|\/)node_modules\//;
const DIGITS = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const VALUES = new Uint8Array(256);
for (const [value, digit] of DIGITS.entries()) VALUES[digit] = value;
const NEW_LINE = 0x3b;
const COMMA = 0x2c;

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * A source map with one mapping for each line of installed packages, so that stack traces still name their files and lines.
 * All mappings of other files stay. The map of a bundle of libraries gets less than half as large, and with it what is
 * compressed, sent, stored, and read at each start of an instance.
 */
export function thinSourceMap(contents: Uint8Array): Buffer {
  const map = JSON.parse(Buffer.from(contents).toString('utf8')) as SourceMap;
  const isLibrary = Uint8Array.from(map.sources, (source) => (LIBRARY.test(source) ? 1 : 0));
  if (!isLibrary.includes(1)) return Buffer.from(contents);
  const mappings = thinMappings(Buffer.from(map.mappings, 'latin1'), isLibrary).toString('latin1');
  return Buffer.from(JSON.stringify({ ...map, mappings }));
}

/** Segments are of [column, source, line, column, name], each relative to the one before; columns of the bundle begin anew in each line. */
function thinMappings(mappings: Buffer, isLibrary: Uint8Array): Buffer {
  const read = new Int32Array(5);
  const segments = new Segments(mappings.length);
  let lastSource = -1;
  let lastLine = -1;
  for (let at = 0; at < mappings.length; ) {
    const byte = mappings[at] as number;
    if (byte === COMMA) at += 1;
    else if (byte === NEW_LINE) {
      at += 1;
      read[0] = 0;
      lastSource = -1;
      segments.endLine();
    } else {
      let fields = 0;
      let value = 0;
      let shift = 0;
      for (; at < mappings.length; at += 1) {
        const one = mappings[at] as number;
        if (one === COMMA || one === NEW_LINE) break;
        const digit = VALUES[one] as number;
        value |= (digit & 31) << shift;
        shift += 5;
        if ((digit & 32) !== 0) continue;
        (read[fields] as number) += (value & 1) === 1 ? -(value >>> 1) : value >>> 1;
        fields += 1;
        value = 0;
        shift = 0;
      }
      const source = read[1] as number;
      const line = read[2] as number;
      if (fields > 1 && isLibrary[source] === 1) {
        if (source === lastSource && line === lastLine) continue;
        lastSource = source;
        lastLine = line;
        segments.add(read, 4);
      } else {
        lastSource = -1;
        segments.add(read, fields);
      }
    }
  }
  return segments.written();
}

/** What is left. A segment left out makes the one after it relative to an earlier one: its numbers may get longer, by less than what is gone. */
class Segments {
  readonly #bytes: Buffer;
  readonly #before = new Int32Array(5);
  #length = 0;
  #isLineBegun = false;

  constructor(mostBytes: number) {
    this.#bytes = Buffer.allocUnsafe(mostBytes);
  }

  endLine(): void {
    this.#bytes[this.#length++] = NEW_LINE;
    this.#before[0] = 0;
    this.#isLineBegun = false;
  }

  add(values: Int32Array, fields: number): void {
    if (this.#isLineBegun) this.#bytes[this.#length++] = COMMA;
    this.#isLineBegun = true;
    for (let field = 0; field < fields; field += 1) {
      const value = values[field] as number;
      this.#number(value - (this.#before[field] as number));
      this.#before[field] = value;
    }
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #number(value: number): void {
    let rest = value < 0 ? (-value << 1) | 1 : value << 1;
    do {
      const digit = rest & 31;
      rest >>>= 5;
      this.#bytes[this.#length++] = DIGITS[rest > 0 ? digit | 32 : digit] as number;
    } while (rest > 0);
  }
}

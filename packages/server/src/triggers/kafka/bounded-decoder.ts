import { countObject } from './response-memory.ts';

/** A reader of bytes of a response, as the library has it. */
export interface ResponseDecoder {
  readonly buffer: Buffer;
  offset: number;
  readInt32(): number;
  readVarInt(): number;
  readUVarInt(): number;
  readString(): string | null;
  readUVarIntBytes(): Buffer | null;
  readArray<T>(read: (decoder: ResponseDecoder) => T): T[];
  readArrayAsync<T>(read: (decoder: ResponseDecoder) => Promise<T>): Promise<T[]>;
  readVarIntArray<T>(read: (decoder: ResponseDecoder) => T): T[];
  readUVarIntArray<T>(read: (decoder: ResponseDecoder) => T): T[] | null;
  readTaggedFields(): object | null;
}

/** Of a list of topics or partitions with messages: each is work of its own, also one without any message. */
const MOST_WITH_MESSAGES = 2_000;

type Read = (this: ResponseDecoder, ...args: unknown[]) => unknown;

/** Methods that advance by a length read from the response. */
const BY_LENGTH = [
  ...(['readString', 'readVarIntString', 'readUVarIntString', 'readBytes'] as const),
  ...(['readVarIntBytes', 'readUVarIntBytes', 'forward'] as const),
];
const changed = new WeakSet<ResponseDecoder>();

/**
 * Bounds the work of reading a response by its bytes. The library believes each length: it reads the same bytes for ever
 * after a negative one, and goes on behind the last byte for a list of thousands of millions of elements, on the main
 * thread.
 */
export function boundDecoder(prototype: ResponseDecoder): void {
  if (changed.has(prototype)) return;
  changed.add(prototype);
  for (const name of BY_LENGTH) neverBack(prototype, name);
  refuseNames(prototype);
  boundLists(prototype);
}

function neverBack(prototype: ResponseDecoder, name: (typeof BY_LENGTH)[number]): void {
  const reads = prototype as unknown as Record<string, Read>;
  const read = reads[name] as Read;
  reads[name] = function (...args) {
    countObject();
    const before = this.offset;
    const value = read.apply(this, args);
    if (this.offset < before) throw new Error('the broker sent a negative length');
    return value;
  };
}

/** The library has objects with names of topics as keys: some names would change what all objects have. */
function refuseNames(prototype: ResponseDecoder): void {
  const { readString } = prototype;
  prototype.readString = function () {
    const value = readString.call(this);
    if (value !== null && value in Object.prototype) throw new Error(`the broker sent the name ${value}`);
    return value;
  };
}

function boundLists(prototype: ResponseDecoder): void {
  prototype.readArray = function (read) {
    return list(this, this.readInt32(), read);
  };
  prototype.readVarIntArray = function (read) {
    return joinedAtOnce(list(this, this.readVarInt(), read));
  };
  prototype.readUVarIntArray = function (read) {
    const count = this.readUVarInt();
    return count === 0 ? null : list(this, count - 1, read);
  };
  prototype.readArrayAsync = async function <T>(read: (decoder: ResponseDecoder) => Promise<T>) {
    const count = countOf(this, this.readInt32(), MOST_WITH_MESSAGES);
    const elements: T[] = [];
    while (elements.length < count) elements.push(await read(this));
    return elements;
  };
  prototype.readTaggedFields = function () {
    const count = countOf(this, this.readUVarInt());
    if (count === 0) return null;
    for (let at = 0; at < count; at += 1) {
      this.readUVarInt();
      this.readUVarIntBytes();
    }
    return {};
  };
}

/** Such a list has the headers of a record. The library joins them by a new object for each, with all those before it. */
function joinedAtOnce<T>(headers: T[]): T[] {
  if (headers.length < 2) return headers;
  const join = (): object => {
    const values = new Map<string, unknown[]>();
    for (const { key, value } of headers as readonly { readonly key: string; readonly value: unknown }[]) {
      const present = values.get(key);
      if (present === undefined) values.set(key, [value]);
      else present.push(value);
    }
    return Object.fromEntries([...values].map(([key, all]) => [key, all.length === 1 ? all[0] : all]));
  };
  return Object.defineProperty(headers, 'reduce', { value: join });
}

function list<T>(decoder: ResponseDecoder, length: number, read: (decoder: ResponseDecoder) => T): T[] {
  const count = countOf(decoder, length);
  const elements: T[] = [];
  while (elements.length < count) elements.push(read(decoder));
  return elements;
}

/** Each element has at least a byte. */
function countOf({ buffer, offset }: ResponseDecoder, count: number, most = Number.POSITIVE_INFINITY): number {
  if (count === -1) return 0;
  if (!(count >= 0 && count <= Math.min(most, buffer.length - offset)))
    throw new Error(`the broker sent a list of ${count} elements`);
  return count;
}

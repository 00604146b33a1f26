'use strict';
// The receiving half of Go's gob encoding. The peer is the user's program: every length is checked against the
// available bytes before memory is allocated, and types, fields and depth are limited.

const MAX_TYPES = 256;
const MAX_FIELDS = 256;
const MAX_NAME = 1024;
const MAX_DEPTH = 32;
const FIRST_OWN_TYPE = 64;

/** Result of `read` for a message that defined a type. */
const DEFINED = Symbol('defined');

/** The data of the peer is not gob, or exceeds a limit. */
class NotGob extends Error {}

/** Reads numbers and bytes of one message. */
class Cursor {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get left() {
    return this.bytes.length - this.at;
  }

  byte() {
    if (this.at >= this.bytes.length) throw new NotGob('a message ends too early');
    return this.bytes[this.at++];
  }

  /** Numbers beyond 2^53 are rounded; the contract has none that large. */
  uint() {
    const first = this.byte();
    if (first < 128) return first;
    const count = 256 - first;
    if (count > 8) throw new NotGob('a number is too long');
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + this.byte();
    return value;
  }

  int() {
    const raw = this.uint();
    return raw % 2 === 0 ? raw / 2 : -(raw - 1) / 2 - 1;
  }

  /** A count of elements of at least one byte each. */
  count() {
    const value = this.uint();
    if (value > this.left) throw new NotGob('a length is larger than its message');
    return value;
  }

  /** A view, not a copy. */
  slice() {
    const length = this.count();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name() {
    const bytes = this.slice();
    if (bytes.length > MAX_NAME) throw new NotGob('a name is too long');
    return bytes.toString('utf8');
  }

  float() {
    this.uint();
    return 0;
  }
}

/** Calls `read(field number)` for each field that is present. */
function eachField(cursor, read) {
  let field = 0;
  for (;;) {
    const delta = cursor.uint();
    if (delta === 0) return;
    field += delta;
    if (field > MAX_FIELDS) throw new NotGob('a struct has too many fields');
    read(field);
  }
}

function readCommon(cursor) {
  eachField(cursor, (field) => {
    if (field === 1) cursor.name();
    else if (field === 2) cursor.int();
    else throw new NotGob('a type definition has an unknown part');
  });
}

function readFields(cursor) {
  const count = cursor.count();
  if (count > MAX_FIELDS) throw new NotGob('a struct has too many fields');
  const fields = [];
  for (let i = 0; i < count; i++) {
    const made = { name: '', type: 0 };
    eachField(cursor, (field) => {
      if (field === 1) made.name = cursor.name();
      else if (field === 2) made.type = cursor.int();
      else throw new NotGob('a field definition has an unknown part');
    });
    fields.push(made);
  }
  return fields;
}

// The fields of Go's wireType, in its order; each begins with the common part.
const KINDS = ['', 'array', 'slice', 'struct', 'map', 'opaque', 'opaque', 'opaque'];

function readDefinition(cursor) {
  let type = null;
  eachField(cursor, (which) => {
    const kind = KINDS[which];
    if (kind === undefined || type !== null) throw new NotGob('a type definition is of an unknown kind');
    const made = { kind, fields: [], key: 0, elem: 0 };
    eachField(cursor, (field) => {
      if (field === 1) readCommon(cursor);
      else if (kind === 'struct' && field === 2) made.fields = readFields(cursor);
      else if (kind === 'map' && field === 2) made.key = cursor.int();
      else if (kind === 'map' && field === 3) made.elem = cursor.int();
      else if ((kind === 'slice' || kind === 'array') && field === 2) made.elem = cursor.int();
      else if (kind === 'array' && field === 3) cursor.int();
      else throw new NotGob('a type definition has an unknown part');
    });
    type = made;
  });
  if (type === null) throw new NotGob('a type definition is empty');
  return type;
}

/** Reads the messages of one connection, in their order. */
class GobReader {
  constructor() {
    this.types = new Map();
  }

  /**
   * One message without its length. Returns the value: structs as objects without prototype, byte lists as views of
   * `bytes`; `DEFINED` when the message defined a type. Throws `NotGob`.
   */
  read(bytes) {
    const cursor = new Cursor(bytes);
    const id = cursor.int();
    if (id < 0) {
      if (-id < FIRST_OWN_TYPE || this.types.has(-id) || this.types.size >= MAX_TYPES)
        throw new NotGob('a type is defined twice or there are too many');
      this.types.set(-id, readDefinition(cursor));
      return DEFINED;
    }
    // A zero byte precedes values that are not structs.
    if (this.types.get(id)?.kind !== 'struct' && cursor.byte() !== 0) throw new NotGob('a value is out of place');
    const value = this.value(cursor, id, 0);
    if (cursor.left !== 0) throw new NotGob('a message is longer than its value');
    return value;
  }

  value(cursor, id, depth) {
    if (depth > MAX_DEPTH) throw new NotGob('a value is nested too deeply');
    switch (id) {
      case 1:
        return cursor.uint() !== 0;
      case 2:
        return cursor.int();
      case 3:
        return cursor.uint();
      case 4:
        return cursor.float();
      case 5:
        return cursor.slice();
      case 6:
        return cursor.slice().toString('utf8');
      case 7:
        cursor.float();
        return cursor.float();
      case 8:
        return this.skipInterface(cursor);
      default:
        return this.composed(cursor, id, depth);
    }
  }

  composed(cursor, id, depth) {
    const type = this.types.get(id);
    if (type === undefined) throw new NotGob('a value has an unknown type');
    if (type.kind === 'struct') {
      const value = Object.create(null);
      eachField(cursor, (number) => {
        const field = type.fields[number - 1];
        if (field === undefined) throw new NotGob('a struct has a field that its type has not');
        value[field.name] = this.value(cursor, field.type, depth + 1);
      });
      return value;
    }
    if (type.kind === 'opaque') return cursor.slice();
    // The contract reads no lists and maps: they are skipped.
    const count = cursor.count();
    for (let i = 0; i < count; i++) {
      if (type.kind === 'map') this.value(cursor, type.key, depth + 1);
      this.value(cursor, type.elem, depth + 1);
    }
    return undefined;
  }

  skipInterface(cursor) {
    if (cursor.name() === '') return undefined;
    cursor.int();
    cursor.slice();
    return undefined;
  }
}

module.exports = { DEFINED, GobReader, NotGob };

'use strict';
// The sending half of Go's gob encoding, for the messages of the contract only: their types never change, so the
// definitions are bytes that are made once.

const ID = { int: 2, uint: 3, bytes: 5, string: 6, request: 65, invoke: 66, header: 67, values: 68, health: 69 };
const EMPTY = Buffer.alloc(0);

/** Unsigned: one byte below 128, else the negated count of bytes before them. Only whole numbers up to 2^53. */
function uint(value) {
  if (value < 128) return Buffer.of(value);
  const bytes = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([256 - bytes.length, ...bytes]);
}

function int(value) {
  return uint(value < 0 ? (-value - 1) * 2 + 1 : value * 2);
}

function text(value) {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint(bytes.length), bytes]);
}

function message(...parts) {
  let length = 0;
  for (const part of parts) length += part.length;
  return Buffer.concat([uint(length), ...parts]);
}

const END = Buffer.of(0);
const NEXT = Buffer.of(1);

/** Name and id, as every kind of type definition begins. */
function common(name, id) {
  return Buffer.concat([NEXT, NEXT, text(name), NEXT, int(id), END]);
}

function definition(id, kind, body) {
  return message(int(-id), Buffer.of(kind), body, END, END);
}

function structType(name, id, fields) {
  const list = fields.flatMap(([field, type]) => [NEXT, text(field), NEXT, int(type), END]);
  const body = fields.length === 0 ? [] : [NEXT, uint(fields.length), ...list];
  return definition(id, 3, Buffer.concat([common(name, id), ...body]));
}

const REQUEST_TYPE = structType('Request', ID.request, [
  ['ServiceMethod', ID.string],
  ['Seq', ID.uint],
]);
const INVOKE_TYPES = Buffer.concat([
  structType('InvokeRequest', ID.invoke, [
    ['Payload', ID.bytes],
    ['Header', ID.header],
  ]),
  definition(ID.header, 4, Buffer.concat([common('Header', ID.header), NEXT, int(ID.string), NEXT, int(ID.values)])),
  definition(ID.values, 2, Buffer.concat([common('[]string', ID.values), NEXT, int(ID.string)])),
]);
const HEALTH_TYPE = structType('HealthCheckRequest', ID.health, []);

/** Writes the calls of one connection: a type is defined before its first value, and only there. */
class CallWriter {
  constructor() {
    this.defined = new Set();
  }

  once(type, bytes) {
    if (this.defined.has(type)) return EMPTY;
    this.defined.add(type);
    return bytes;
  }

  head(method, seq) {
    return Buffer.concat([
      this.once(ID.request, REQUEST_TYPE),
      message(int(ID.request), NEXT, text(method), NEXT, uint(seq), END),
    ]);
  }

  healthCheck(seq) {
    return Buffer.concat([
      this.head('Function.HealthCheck', seq),
      this.once(ID.health, HEALTH_TYPE),
      message(int(ID.health), END),
    ]);
  }

  /** `headers` are `[name, value]` pairs whose names already have Go's canonical form. `payload` is a Buffer. */
  invoke(seq, payload, headers) {
    const fields = [int(ID.invoke)];
    // Zero values are left out by gob, and the next field then counts from the one before.
    if (payload.length > 0) fields.push(NEXT, uint(payload.length), payload);
    fields.push(Buffer.of(payload.length > 0 ? 1 : 2), uint(headers.length));
    for (const [name, value] of headers) fields.push(text(name), NEXT, text(value));
    return Buffer.concat([
      this.head('Function.Invoke', seq),
      this.once(ID.invoke, INVOKE_TYPES),
      message(...fields, END),
    ]);
  }
}

module.exports = { CallWriter };

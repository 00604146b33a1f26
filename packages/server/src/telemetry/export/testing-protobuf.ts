/** Names of the fields that a test reads; a message is a shape, a list ends in `[]`. */
export interface Shape {
  readonly [field: number]: readonly [name: string, kind: Kind];
}
type Scalar = 'text' | 'hex' | 'int' | 'fixed64' | 'signed64' | 'fixed32' | 'double' | 'fixed64s' | 'doubles';
type Kind = Scalar | Shape | (() => Shape);
export type Decoded = { [name: string]: unknown };

/** Decodes a message, every field that may repeat (a message) as a list. */
export function decode(bytes: Buffer, shape: Shape): Decoded {
  const message: Decoded = {};
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const raw = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    const [name, kind] = shape[tag >> 3] ?? [];
    if (name === undefined || kind === undefined) continue;
    if (typeof kind === 'string') message[name] = scalar(raw, kind);
    else {
      const list = (message[name] ?? []) as Decoded[];
      list.push(decode(raw as Buffer, typeof kind === 'function' ? kind() : kind));
      message[name] = list;
    }
  }
  return message;
}

function scalar(raw: bigint | Buffer, kind: Scalar): unknown {
  if (typeof raw === 'bigint') return Number(BigInt.asIntN(64, raw));
  const each = <T>(read: (at: number) => T): T[] => Array.from({ length: raw.length / 8 }, (_, at) => read(at * 8));
  switch (kind) {
    case 'text':
      return raw.toString('utf8');
    case 'fixed64':
      return raw.readBigUInt64LE();
    case 'signed64':
      return Number(raw.readBigInt64LE());
    case 'fixed64s':
      return each((at) => Number(raw.readBigUInt64LE(at)));
    case 'double':
      return raw.readDoubleLE();
    case 'doubles':
      return each((at) => raw.readDoubleLE(at));
    case 'fixed32':
      return raw.readUInt32LE();
    default:
      return raw.toString('hex');
  }
}

import type { RecordContent } from './types.ts';

const HEAD_BYTES = 8;

/** Bytes that a record takes in a body. */
export function bodyBytes({ key, data }: RecordContent): number {
  return HEAD_BYTES + Buffer.byteLength(key) + data.length;
}

/** Records as the bytes of one row: for each the lengths of key and data, the key, the data. */
export function encodeBatch(records: readonly RecordContent[]): Buffer {
  const parts: Buffer[] = [];
  for (const { key, data } of records) {
    const head = Buffer.alloc(HEAD_BYTES);
    const keyBytes = Buffer.from(key);
    head.writeUInt32BE(keyBytes.length, 0);
    head.writeUInt32BE(data.length, 4);
    parts.push(head, keyBytes, data);
  }
  return Buffer.concat(parts);
}

/** Views of the body, not copies. Throws when the bytes were not made here. */
export function decodeBatch(bytes: Uint8Array): RecordContent[] {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: RecordContent[] = [];
  let at = 0;
  while (at < body.length) {
    const keyAt = at + HEAD_BYTES;
    const dataAt = keyAt + body.readUInt32BE(at);
    const end = dataAt + body.readUInt32BE(at + 4);
    if (end > body.length) throw new Error('a stored batch of records is cut off');
    records.push({ key: body.toString('utf8', keyAt, dataAt), data: body.subarray(dataAt, end) });
    at = end;
  }
  return records;
}

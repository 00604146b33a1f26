/** The table of CRC-32C (Castagnoli, reflected polynomial), for eight bytes at a step. */
const TABLES = makeTables();

/** CRC-32C; pass the last result as `seed` to continue. Node has only the other CRC-32. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed;
  let at = 0;
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as TableList;
  for (const end = bytes.length - 7; at < end; at += 8) {
    const low =
      crc ^ (byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24));
    crc =
      entry(t7, low & 255) ^
      entry(t6, (low >>> 8) & 255) ^
      entry(t5, (low >>> 16) & 255) ^
      entry(t4, low >>> 24) ^
      entry(t3, byte(bytes, at + 4)) ^
      entry(t2, byte(bytes, at + 5)) ^
      entry(t1, byte(bytes, at + 6)) ^
      entry(t0, byte(bytes, at + 7));
  }
  for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ entry(t0, (crc ^ byte(bytes, at)) & 255);
  return ~crc >>> 0;
}

type Table = Uint32Array;
type TableList = [Table, Table, Table, Table, Table, Table, Table, Table];

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function entry(table: Table, at: number): number {
  return table[at] as number;
}

function makeTables(): Table[] {
  const first = Uint32Array.from({ length: 256 }, (_, value) => {
    let crc = value;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    return crc;
  });
  const tables = [first];
  for (let step = 1; step < 8; step += 1) {
    const last = tables[step - 1] as Table;
    tables.push(last.map((crc) => (crc >>> 8) ^ entry(first, crc & 255)));
  }
  return tables;
}

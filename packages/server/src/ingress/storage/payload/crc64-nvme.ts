/** Reflected polynomial. */
const NVME = 0x9a6c9329ac4bc9b5n;

const nvme = tables64(NVME);

/** Eight tables, for eight bytes at a step; the halves of each entry, for no number is exact with 64 bits. */
function tables64(polynomial: bigint): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const entries = new BigUint64Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1n) === 0n ? value >> 1n : (value >> 1n) ^ polynomial;
    entries[byte] = value;
  }
  for (let at = 256; at < entries.length; at += 1) {
    const before = entries[at - 256] ?? 0n;
    entries[at] = (before >> 8n) ^ (entries[Number(before & 0xffn)] ?? 0n);
  }
  return {
    high: Uint32Array.from(entries, (entry) => Number(entry >> 32n)),
    low: Uint32Array.from(entries, (entry) => Number(entry & 0xffffffffn)),
  };
}

export class Crc64Nvme {
  #high = ~0;
  #low = ~0;

  update(bytes: Buffer): void {
    const { high: h, low: l } = nvme;
    let high = this.#high;
    let low = this.#low;
    let i = 0;
    for (; i + 8 <= bytes.length; i += 8) {
      low ^= bytes.readInt32LE(i);
      high ^= bytes.readInt32LE(i + 4);
      const a = 7 * 256 + (low & 0xff);
      const b = 6 * 256 + ((low >>> 8) & 0xff);
      const c = 5 * 256 + ((low >>> 16) & 0xff);
      const d = 4 * 256 + (low >>> 24);
      const e = 3 * 256 + (high & 0xff);
      const f = 2 * 256 + ((high >>> 8) & 0xff);
      const g = 256 + ((high >>> 16) & 0xff);
      const z = high >>> 24;
      high = xor8(h, a, b, c, d, e, f, g, z);
      low = xor8(l, a, b, c, d, e, f, g, z);
    }
    for (; i < bytes.length; i += 1) {
      const entry = (low ^ (bytes[i] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (l[entry] ?? 0);
      high = (high >>> 8) ^ (h[entry] ?? 0);
    }
    this.#high = high;
    this.#low = low;
  }

  digest(): Buffer {
    const result = Buffer.alloc(8);
    result.writeUInt32BE(~this.#high >>> 0, 0);
    result.writeUInt32BE(~this.#low >>> 0, 4);
    return result;
  }
}

/** One look-up for each of eight bytes. */
function xor8(
  t: Uint32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  z: number,
): number {
  return (t[a] ?? 0) ^ (t[b] ?? 0) ^ (t[c] ?? 0) ^ (t[d] ?? 0) ^ (t[e] ?? 0) ^ (t[f] ?? 0) ^ (t[g] ?? 0) ^ (t[z] ?? 0);
}

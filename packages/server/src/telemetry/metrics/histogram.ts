/** Buckets of durations, 8 per doubling: quantiles are accurate to 5 %. Maps a bucket to its number of calls. */
export type Histogram = Map<number, number>;

const PER_DOUBLING = 8;
/** 2^-4 ms and below. */
const LOWEST = -4 * PER_DOUBLING;
/** 2^28 ms, about three days, and above. */
const HIGHEST = 28 * PER_DOUBLING;
const ENTRY_BYTES = 6;
const MAX_COUNT = 2 ** 32 - 1;

export function bucketOf(ms: number): number {
  if (!(ms > 0)) return LOWEST;
  return Math.min(Math.max(Math.floor(Math.log2(ms) * PER_DOUBLING), LOWEST), HIGHEST);
}

/** The geometric middle of a bucket, in ms. */
function middleOf(bucket: number): number {
  return 2 ** ((bucket + 0.5) / PER_DOUBLING);
}

export function addTo(histogram: Histogram, bucket: number, count: number): void {
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + count);
}

/** The duration in ms that `share` (0 to 1) of the calls did not exceed, limited to `range`; 0 without calls. */
export function quantile(histogram: Histogram, share: number, range: { minMs: number; maxMs: number }): number {
  let total = 0;
  for (const count of histogram.values()) total += count;
  if (total === 0) return 0;
  let left = Math.max(Math.ceil(total * share), 1);
  for (const bucket of [...histogram.keys()].sort((a, b) => a - b)) {
    left -= histogram.get(bucket) ?? 0;
    if (left <= 0) return Math.min(Math.max(middleOf(bucket), range.minMs), range.maxMs);
  }
  return range.maxMs;
}

/** Calls that took at most `ms`, to the precision of a bucket. */
export function countUpTo(histogram: Histogram, ms: number): number {
  const last = bucketOf(ms);
  let count = 0;
  for (const [bucket, calls] of histogram) if (bucket < last) count += calls;
  return count;
}

/** Stores only buckets with calls. */
export function encodeHistogram(histogram: Histogram): Buffer {
  const bytes = Buffer.alloc(histogram.size * ENTRY_BYTES);
  let offset = 0;
  for (const [bucket, count] of histogram) {
    bytes.writeInt16LE(bucket, offset);
    bytes.writeUInt32LE(Math.min(count, MAX_COUNT), offset + 2);
    offset += ENTRY_BYTES;
  }
  return bytes;
}

export function addEncoded(histogram: Histogram, bytes: Buffer): void {
  for (let offset = 0; offset + ENTRY_BYTES <= bytes.length; offset += ENTRY_BYTES) {
    addTo(histogram, bytes.readInt16LE(offset), bytes.readUInt32LE(offset + 2));
  }
}

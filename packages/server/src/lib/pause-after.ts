interface Pauses {
  readonly firstMs: number;
  /** Without it the number of attempts must be bounded. */
  readonly mostMs?: number;
}

/** The pause in ms after so many failures in a row, at least one: each is twice as long as the one before. */
export function pauseAfter(failures: number, { firstMs, mostMs = Infinity }: Pauses): number {
  return Math.min(firstMs * 2 ** (failures - 1), mostMs);
}

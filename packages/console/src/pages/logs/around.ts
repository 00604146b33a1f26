import type { ShownLine } from '../../parts/log-view/index.ts';

const AROUND_MS = 10_000;

/** The fields of the address that show what was logged in the ten seconds before and after a line. */
export function searchAround({ time, of = '' }: Pick<ShownLine, 'time' | 'of'>): Record<string, string> {
  const at = Date.parse(time);
  const [from, to] = [at - AROUND_MS, at + AROUND_MS].map((ms) => new Date(ms).toISOString());
  return { of, range: 'custom', from: from ?? '', to: to ?? '', line: time };
}

/** Minutes back from now. */
export const SPANS = { '1h': 60, '1d': 1440, '3d': 4320 } as const;
export type SpanName = keyof typeof SPANS | 'custom';
export const SPAN_NAMES = [...(Object.keys(SPANS) as (keyof typeof SPANS)[]), 'custom'] as const;

export const MINUTE_MS = 60_000;

/** A range of time in ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The range that an address names; that of `usual` when it names none. */
export function spanOf(
  { range, from, to }: { readonly range: string; readonly from: string; readonly to: string },
  usual: keyof typeof SPANS,
  now: number,
): Span & { readonly name: SpanName } {
  const name = SPAN_NAMES.find((one) => one === range) ?? usual;
  const back = (minutes: number) => ({ from: now - minutes * MINUTE_MS, to: now });
  if (name !== 'custom') return { name, ...back(SPANS[name]) };
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return { name, ...(begin < end ? { from: begin, to: end } : back(SPANS[usual])) };
}

/** A moment as a field of date and time has it, in UTC or the zone of the browser. */
export function fieldText(ms: number, isUtc: boolean): string {
  const local = new Date(ms).getTimezoneOffset() * MINUTE_MS;
  return new Date(isUtc ? ms : ms - local).toISOString().slice(0, 16);
}

/** The moment that such a field means; NaN when it is not complete. */
export const fieldMs = (text: string, isUtc: boolean): number => Date.parse(isUtc ? `${text}Z` : text);

import { StorageError } from '../errors.ts';

/** A stale or future date is refused beyond this. */
export const MAX_SKEW_MS = 15 * 60 * 1000;

/** `20130524T000000Z` as ms; undefined for any other text. */
export function parseBasicDate(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

export function basicDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** `Tue, 27 Mar 2007 19:36:42 GMT` or with `+0000`, as ms; undefined for any other text. */
export function parseHttpDate(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|\+0000)$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Throws `RequestTimeTooSkewed`. */
export function checkSkew(atMs: number, nowMs: number): void {
  if (Math.abs(nowMs - atMs) <= MAX_SKEW_MS) return;
  throw new StorageError(
    'RequestTimeTooSkewed',
    'The time of the request and the time of the server differ too much.',
    {
      hint: 'Set the clock of the client.',
      details: {
        RequestTime: new Date(atMs).toISOString(),
        ServerTime: new Date(nowMs).toISOString(),
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      },
    },
  );
}

/** The time up to which a URL is valid has passed. */
export function expired(atMs: number, nowMs: number): StorageError {
  return new StorageError('AccessDenied', 'The URL has expired.', {
    hint: 'Sign a new one.',
    details: { Expires: new Date(atMs).toISOString(), ServerTime: new Date(nowMs).toISOString() },
  });
}

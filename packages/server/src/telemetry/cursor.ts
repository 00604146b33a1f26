import type { Day } from './day.ts';
import { TelemetryError } from './errors.ts';

/** Position after which a search continues: this row of this day. `mode` is how the search finds its rows. */
export interface Cursor {
  readonly mode: 'words' | 'scan';
  readonly day: Day;
  readonly time: number;
  readonly seq: number;
}

export function encodeCursor(cursor: Cursor): string {
  const { mode, day, time, seq } = cursor;
  return Buffer.from(JSON.stringify([mode, day, time, seq])).toString('base64url');
}

/** Throws `telemetry.cursor` for text that `encodeCursor` did not make. */
export function decodeCursor(text: string): Cursor {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text.slice(0, 200), 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 4) {
      const [mode, day, time, seq] = parts as unknown[];
      if (
        (mode === 'words' || mode === 'scan') &&
        typeof day === 'string' &&
        /^\d{4}-\d{2}-\d{2}$/.test(day) &&
        Number.isSafeInteger(time) &&
        Number.isSafeInteger(seq)
      ) {
        return { mode, day, time: Number(time), seq: Number(seq) };
      }
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new TelemetryError('telemetry.cursor', 'the cursor is not valid', 'Pass the cursor of the previous page.');
}

import { decodeCursor } from '../cursor.ts';
import { TelemetryError } from '../errors.ts';
import type { Position } from './merge-pages.ts';

/** Not in the alphabet of the cursor of one server. */
const MARK = '~';
const MAX_CHARS = 16_384;
/** A server that could not be reached on an earlier page: its lines would come out of order now. */
const MISSED = 0;

/** Where a page of all servers ended. */
export interface NodesPlace {
  /** By the home of each server. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Homes of the servers whose items are missing since an earlier page. */
  readonly missed: readonly string[];
}

export function isNodesCursor(text: string): boolean {
  return text.startsWith(MARK);
}

export function encodeNodesCursor({ positions, missed }: NodesPlace): string {
  const parts = [...positions].map(([home, at]) => [home, at === undefined ? '' : at]);
  const all = [...parts, ...missed.map((home) => [home, MISSED])];
  return `${MARK}${Buffer.from(JSON.stringify(all)).toString('base64url')}`;
}

/** Throws `telemetry.cursor` for text that `encodeNodesCursor` did not make. */
export function decodeNodesCursor(text: string): NodesPlace {
  const positions = new Map<string, Position>();
  const missed: string[] = [];
  for (const part of partsOf(text)) {
    const [home, at] = Array.isArray(part) && part.length === 2 ? (part as unknown[]) : [];
    if (typeof home !== 'string' || !/^[\w-]{1,64}$/.test(home)) throw invalid();
    if (at === MISSED) missed.push(home);
    else if (at === null) positions.set(home, null);
    else if (at === '') positions.set(home, undefined);
    else if (typeof at === 'string') {
      decodeCursor(at);
      positions.set(home, at);
    } else throw invalid();
  }
  return { positions, missed };
}

function partsOf(text: string): readonly unknown[] {
  if (text.length > MAX_CHARS) throw invalid();
  try {
    const parts: unknown = JSON.parse(Buffer.from(text.slice(MARK.length), 'base64url').toString());
    if (Array.isArray(parts)) return parts;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid();
}

function invalid(): TelemetryError {
  return new TelemetryError('telemetry.cursor', 'the cursor is not valid', 'Pass the cursor of the previous page.');
}

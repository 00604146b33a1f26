import type { JsonObject } from '../json/json.ts';
import type { RunState } from './state.ts';

/** Changes whenever the state does: a snapshot only saves folding, so those of another version are discarded. */
const VERSION = 1;

const MAPS = ['execs', 'timers', 'callbacks'] as const;
const SETS = ['digests', 'ready'] as const;

/** The state as plain JSON, which shares its parts: serialise it before the state changes. */
export function toSnapshot(state: RunState): JsonObject {
  const plain: Record<string, unknown> = { ...state, version: VERSION };
  for (const field of [...MAPS, ...SETS]) plain[field] = [...state[field]];
  return plain as JsonObject;
}

/** The state that was saved; undefined for a snapshot of another version, whose log must be folded. */
export function fromSnapshot(snapshot: JsonObject): RunState | undefined {
  const { version, ...plain } = snapshot as Record<string, unknown>;
  if (version !== VERSION) return undefined;
  for (const field of MAPS) plain[field] = new Map(plain[field] as [never, never][]);
  for (const field of SETS) plain[field] = new Set(plain[field] as never[]);
  return plain as unknown as RunState;
}

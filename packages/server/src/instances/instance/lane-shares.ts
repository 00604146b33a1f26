import type { LinkResult } from '../runtime-link/index.ts';

/** A result with the times of the server's clock. */
export interface Finished<Call = unknown> {
  readonly call: Call;
  readonly result: LinkResult;
  readonly begunAt: number;
  readonly endedAt: number;
}

export interface Share {
  readonly handlerMs: number;
  readonly cpuMs: number | null;
  /** Duration inside the runtime, at most as long as the server waited. */
  readonly ownMs: number | undefined;
}

/**
 * Divides time that was measured for several requests together. The instance's own figures only weigh the parts: in sum
 * they are never more than the time that passed here, which the first gets with all that no other claims.
 */
export function shareOut(batch: readonly Finished[], cpuMs: number | null): readonly Share[] {
  const [first] = batch;
  if (first === undefined) return [];
  const wallMs = Math.max(0, (batch.at(-1)?.endedAt ?? first.endedAt) - first.begunAt);
  if (batch.length === 1) {
    const ownMs = first.result.ms === undefined ? undefined : clamp(first.result.ms, wallMs);
    return [{ handlerMs: wallMs, cpuMs, ownMs }];
  }
  const claimed = batch.map(({ result }) => clamp(result.ms ?? wallMs / batch.length, wallMs));
  const sum = claimed.reduce((total, ms) => total + ms, 0);
  const scale = sum > wallMs ? wallMs / sum : 1;
  const own = claimed.map((ms) => ms * scale);
  const rest = wallMs - own.reduce((total, ms) => total + ms, 0);
  return own.map((ownMs, at) => ({
    handlerMs: at === 0 ? ownMs + Math.max(0, rest) : ownMs,
    cpuMs: cpuMs === null ? null : cpuMs * (sum > 0 ? (claimed[at] ?? 0) / sum : 1 / batch.length),
    ownMs,
  }));
}

function clamp(ms: number, most: number): number {
  return Math.min(Math.max(ms, 0), most);
}

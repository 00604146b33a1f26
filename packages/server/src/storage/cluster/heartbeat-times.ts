export const BEAT_MS = 2_000;
/**
 * Others take over in ten seconds, by these rules. A server that is killed right after a heartbeat expires after seven.
 * Each other server beats in the moment of the expiry, or in that from which it may judge, which is not later for one that
 * was live at the kill; so the row is removed 20 ms and two answers of the database later. All hear of it at once, and have
 * almost three seconds to take its work. One lost heartbeat (2 s, and 3 s without its answer) ends no membership.
 */
export const EXPIRY_MS = 7_000;
/** After the expiry of another server, to be certainly after it. */
export const MARGIN_MS = 20;
export const SOONEST_MS = 50;

/**
 * Ms until a server may remove others: it must have been live for as long as an expiry takes, because others may have had
 * as little chance to beat before. 0 when it may.
 */
export function mayJudgeIn(liveForMs: number): number {
  return Math.max(0, EXPIRY_MS + 1 - liveForMs);
}

/**
 * Ms until the next heartbeat. `others`: time until each may be removed, by the clock of the database. `sinceMs`: since the
 * last one was sent, from which on the membership counts: a database that answers slowly must not end it.
 */
export function nextBeatIn(others: readonly { readonly leftMs: number }[], judgeInMs: number, sinceMs: number): number {
  const due = others.map(({ leftMs }) => Math.max(leftMs, judgeInMs) + MARGIN_MS);
  return Math.max(SOONEST_MS, Math.min(BEAT_MS - sinceMs, ...due));
}

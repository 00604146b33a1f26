/**
 * Of the odd part of a limit that servers cannot divide evenly, while others wait. `on`: it came a moment ago; `over`: it
 * is left to others; `open`: this server may ask for it.
 */
export type Turn = 'on' | 'over' | 'open';

/** One budget as its server sees it. */
export interface ClaimSnapshot {
  readonly limit: number;
  /** Parts that this server holds for certain. */
  readonly held: number;
  readonly used: number;
  readonly waiting: number;
  /** The most that was needed at once in the last seconds. */
  readonly peak: number;
  /** Needed within the last minute. */
  readonly isRecent: boolean;
  /** Servers, this one too. */
  readonly servers: number;
  /** Parts that other servers wait for. */
  readonly missingElsewhere: number;
  /** Servers that use this budget, this one too. */
  readonly sharers: number;
  /** While this server has work for it, it keeps one part: the work of others comes to it. */
  readonly keepsLast: boolean;
  readonly turn: Turn;
}

export interface Claim {
  /** Parts to hold. */
  readonly want: number;
  /** Parts that work waits for. */
  readonly missing: number;
}

/** A server keeps this part of the limit, divided by the servers, for the next burst. */
const SPARE_PART = 8;

/**
 * What to ask for. A server keeps what it needed in the last seconds and a small part for the next burst; while others
 * wait, it keeps nothing unused, and what exceeds an even share goes to them as work ends: all but the last part, where
 * the work of others can come to the server that has it. The odd part goes round: otherwise no server would take the only
 * part of a limit for which several servers wait.
 */
export function claimOf(snapshot: ClaimSnapshot): Claim {
  const { limit, held, used, waiting, peak, isRecent, servers, missingElsewhere, sharers, turn } = snapshot;
  const need = Math.min(used + waiting, limit);
  const missing = Math.max(need - held, 0);
  if (missingElsewhere > 0) {
    const odd = Math.ceil(limit / sharers);
    const most = turn === 'open' && held < odd ? odd : mostOf(snapshot, turn);
    return { want: Math.max(used, Math.min(need, most)), missing };
  }
  const spare = isRecent ? Math.floor(limit / (SPARE_PART * servers)) : 0;
  return { want: Math.max(used, Math.min(Math.max(need, peak) + spare, limit)), missing };
}

/** How many parts a server may have for new work. */
export function mostOf(
  {
    limit,
    held,
    missingElsewhere,
    sharers,
    keepsLast,
  }: Pick<ClaimSnapshot, 'limit' | 'held' | 'missingElsewhere' | 'sharers' | 'keepsLast'>,
  turn: Turn,
): number {
  const has = Math.min(held, limit);
  if (missingElsewhere === 0) return has;
  const even = turn === 'on' ? Math.ceil(limit / sharers) : Math.floor(limit / sharers);
  return Math.max(even, has - missingElsewhere, keepsLast ? Math.min(has, 1) : 0);
}

import { pauseAfter } from '../../lib/pause-after.ts';

/** A session that was open when the thread of all sessions died, with the bytes that it held. */
export interface OpenSession {
  readonly triggerId: string;
  /** The project of the trigger. */
  readonly owner: string;
  readonly bytes: number;
}

interface Blame {
  /** Deaths in a row. */
  readonly deaths: number;
  readonly triggers: ReadonlySet<string>;
  readonly until: number;
  readonly reason: string;
}

const MB = 1024 * 1024;
const MINUTE_MS = 60_000;
const PAUSES = { firstMs: MINUTE_MS, mostMs: 60 * MINUTE_MS };
/** An owner that did no harm for so long after its pause begins anew. */
const FORGET_MS = 60 * MINUTE_MS;

/**
 * Keeps those away who use up the memory of all. The owner whose sessions held the most is blamed: the first time, the
 * sessions that held the most of it wait; from the next time in a row on, all of its sessions do, so that it gains nothing by a
 * new trigger, and each time for twice as long.
 */
export class Quarantine {
  readonly #blames = new Map<string, Blame>();

  /** Returns the triggers to blame; none when no session held anything. `now` is in ms of any clock that only goes on. */
  blame(open: readonly OpenSession[], now: number): readonly string[] {
    this.#forget(now);
    const held = new Map<string, number>();
    for (const { owner, bytes } of open) held.set(owner, (held.get(owner) ?? 0) + bytes);
    const [[owner, most] = ['', 0]] = [...held].toSorted(([, one], [, other]) => other - one);
    if (most === 0) return [];
    const own = open.filter((session) => session.owner === owner);
    const largest = Math.max(...own.map(({ bytes }) => bytes));
    const triggers = own.filter(({ bytes }) => bytes >= largest / 2).map(({ triggerId }) => triggerId);
    const deaths = (this.#blames.get(owner)?.deaths ?? 0) + 1;
    const pauseMs = pauseAfter(deaths, PAUSES);
    const reason =
      `what brokers sent used up the memory of the server for it, the most of it for this project (${Math.ceil(most / MB)} MB): ` +
      `it is read again after ${pauseMs / MINUTE_MS} min`;
    this.#blames.set(owner, { deaths, triggers: new Set(triggers), until: now + pauseMs, reason });
    return triggers;
  }

  /** Why a trigger must wait now; undefined when it need not. */
  refusal({ owner, triggerId }: Pick<OpenSession, 'owner' | 'triggerId'>, now: number): string | undefined {
    const blame = this.#blames.get(owner);
    if (blame === undefined || now >= blame.until) return undefined;
    return blame.deaths > 1 || blame.triggers.has(triggerId) ? blame.reason : undefined;
  }

  #forget(now: number): void {
    for (const [owner, { until }] of this.#blames) if (now >= until + FORGET_MS) this.#blames.delete(owner);
  }
}

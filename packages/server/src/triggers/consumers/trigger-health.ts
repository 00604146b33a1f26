import type { Logger } from 'pino';
import { PlatformError } from '../../lib/platform-error.ts';
import type { BrokerState, BrokerStateStore } from '../brokers/broker-state-store.ts';

interface TriggerHealthDeps {
  readonly states: Pick<BrokerStateStore, 'note'>;
  readonly clock: { now(): number };
  readonly log: Logger;
}

interface Health {
  /** By lane. */
  readonly failing: Map<string, BrokerState>;
  notedAt: number | undefined;
}

/** Another server, whose lanes of the trigger read well, may have stored a state without this error. */
const REPEAT_MS = 30_000;
const MAX_ERROR_CHARS = 300;

/** Stores whether triggers can read and run records, for those that look at them: when it changes only. */
export class TriggerHealth {
  readonly #deps: TriggerHealthDeps;
  readonly #byTrigger = new Map<string, Health>();

  constructor(deps: TriggerHealthDeps) {
    this.#deps = deps;
  }

  /** A look at a lane ended well. */
  works(triggerId: string, lane: string): void {
    const health = this.#of(triggerId);
    if (!health.failing.delete(lane) && health.notedAt !== undefined) return;
    this.#note(triggerId, health);
  }

  fails(triggerId: string, lane: string, reason: unknown): void {
    const now = this.#deps.clock.now();
    const health = this.#of(triggerId);
    const error = textOf(reason);
    const before = health.failing.get(lane);
    if (before?.error === error) {
      if (health.notedAt !== undefined && now - health.notedAt < REPEAT_MS) return;
    } else health.failing.set(lane, { error, since: now });
    this.#note(triggerId, health);
  }

  /** The lane is not read here any more. */
  forget(triggerId: string, lane: string): void {
    const health = this.#byTrigger.get(triggerId);
    if (health?.failing.delete(lane)) health.notedAt = undefined;
  }

  /** Forgets all other triggers. */
  keepOnly(triggerIds: ReadonlySet<string>): void {
    for (const id of this.#byTrigger.keys()) if (!triggerIds.has(id)) this.#byTrigger.delete(id);
  }

  #of(triggerId: string): Health {
    let health = this.#byTrigger.get(triggerId);
    if (health === undefined) {
      health = { failing: new Map(), notedAt: undefined };
      this.#byTrigger.set(triggerId, health);
    }
    return health;
  }

  #note(triggerId: string, health: Health): void {
    const { states, clock, log } = this.#deps;
    const now = clock.now();
    health.notedAt = now;
    const [state = { error: undefined, since: now }] = health.failing.values();
    states.note(triggerId, state).catch((err: unknown) => {
      log.warn({ triggerId, err }, 'the state of a trigger could not be stored');
    });
  }
}

/** Errors of the program itself are for its operator only. */
function textOf(reason: unknown): string {
  const isPlain = reason instanceof PlatformError && reason.code !== 'internal';
  return isPlain ? reason.message.slice(0, MAX_ERROR_CHARS) : 'the server failed; its log has the reason';
}

/** State of one reservation and its instances. Pure data. */
export interface ReservedSnapshot {
  readonly count: number;
  readonly key: string;
  readonly instances: readonly {
    readonly id: string;
    readonly key: string;
    /** Takes requests, now or when one ends. */
    readonly usable: boolean;
    readonly busy: boolean;
  }[];
  /** Starts of the key under way. */
  readonly starting: number;
  /** After a failure no instance is started for a while. */
  readonly paused: boolean;
}

export interface ReservedStep {
  /** How many to start now. */
  readonly start: number;
  /** Ids of instances whose reservation ends: those of another launch and superfluous ones, idle before busy. */
  readonly release: readonly string[];
}

/** The steps after which a reservation has exactly its number of instances. */
export function reservedStep({ count, key, instances, starting, paused }: ReservedSnapshot): ReservedStep {
  const right = instances.filter((one) => one.usable && one.key === key);
  const wrong = instances.filter((one) => !one.usable || one.key !== key);
  const tooMany = Math.max(right.length - count, 0);
  const surplus = [...right].sort((a, b) => Number(a.busy) - Number(b.busy)).slice(0, tooMany);
  return {
    start: paused ? 0 : Math.max(count - right.length - starting, 0),
    release: [...wrong, ...surplus].map(({ id }) => id),
  };
}

import type { FunctionName } from '../functions/types.ts';

/** Plain data, stored as it is. Each kind has its own fields beside these. */
export interface TriggerSettings {
  /** Type code of the API. */
  readonly kind: string;
  readonly name: string;
}

/** A trigger of a version or alias of a function. Times are ms since the epoch. */
export interface Trigger<S extends TriggerSettings = TriggerSettings> {
  readonly id: string;
  readonly fn: FunctionName;
  readonly functionId: string;
  /** `latest`, a version, or `!alias`. */
  readonly qualifier: string;
  readonly active: boolean;
  readonly settings: S;
  /** Ticks of a rate are counted from here: the time of its creation, of a new schedule, or of being enabled. */
  readonly since: number;
  /** Its secret is made of this, too. */
  readonly secretSeed?: string | undefined;
  /** The last tick whose event was stored before this server started, and the steady time of that. */
  readonly fired: { readonly tick: number; readonly steady: number } | undefined;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** The fields noted with a trigger when the event of a tick is stored. */
export interface Firing {
  readonly tick: number;
  readonly steady: number;
  /** A tick that is not after the last one is stored only if that was stored up to this steady time; -1 for never. */
  readonly lastBefore: number;
}

import type { Bind } from '../protocol.ts';
import type { Source } from '../sources/sources.ts';

/** The init process of a running sandbox. The start time distinguishes it from a later process with the same id. */
export interface AttachTarget {
  readonly id: string;
  readonly pid: number;
  readonly startTime: string;
}

/** Mounts code in a running sandbox. */
export interface Attacher {
  /** Whether `attach` can make its targets. */
  readonly makesTargets: boolean;
  /**
   * Shows a source at `target` inside, read-only, without devices and set-user-id programs. No symbolic link is followed, not
   * at the target either. With `makes`, only before a program of a function runs in the sandbox, a missing target is made
   * as the user of the sandbox. Throws `ATTACH_FAILED`.
   */
  attach(sandbox: AttachTarget, source: Source, target: string, makes?: boolean): Promise<void>;
  /** The binds that a sandbox without code needs at its start. */
  prepare(id: string): Promise<Preparation>;
  close(): Promise<void>;
}

export interface Preparation {
  readonly binds: readonly Bind[];
  /** After the last process of the sandbox died. */
  release(): Promise<void>;
}

export const NOTHING_TO_PREPARE: Preparation = { binds: [], release: async () => {} };

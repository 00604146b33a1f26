import type { Bind } from '../protocol.ts';

/** The init process of a running sandbox. The start time tells it from a later process with the same number. */
export interface AttachTarget {
  readonly id: string;
  readonly pid: number;
  readonly startTime: string;
}

/** How code gets into a sandbox that already runs. */
export interface Attacher {
  /**
   * Shows a host folder at `target` inside, read-only, without devices and set-user-id programs. Nothing at the target
   * that is a symbolic link is followed. `source` must have no symbolic link in it. Throws `ATTACH_FAILED`.
   */
  attach(sandbox: AttachTarget, bind: Bind): Promise<void>;
  /** What a sandbox without code needs at its start. */
  prepare(id: string): Promise<Preparation>;
  close(): Promise<void>;
}

export interface Preparation {
  readonly binds: readonly Bind[];
  /** After the last process of the sandbox died. */
  release(): Promise<void>;
}

export const NOTHING_TO_PREPARE: Preparation = { binds: [], release: async () => {} };

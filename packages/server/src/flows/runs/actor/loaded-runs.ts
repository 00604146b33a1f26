import { mayHoldMore } from '../../../lib/fair-share.ts';
import type { Commands } from './commands.ts';
import { heldBytes } from './held-bytes.ts';
import type { Inbox } from './inbox.ts';
import type { RunActor } from './run-actor.ts';
import type { RunContext } from './run-context.ts';

export interface Loaded {
  readonly actor: RunActor;
  readonly commands: Commands;
  readonly context: RunContext;
  readonly inbox: Inbox;
}

interface Entry {
  readonly loaded: Loaded;
  /** Counted for its project. */
  bytes: number;
  /** Appended since they were counted. */
  grown: number;
}

interface Use {
  /** The one that was loaded first comes first. */
  readonly runs: Set<string>;
  bytes: number;
}

export interface RoomLimits {
  readonly runs: number;
  readonly bytes: number;
}

/** Runs in memory at once, and what they hold; more wait in the database for their turn. */
export const ROOM: RoomLimits = { runs: 2_000, bytes: 512 * 1024 * 1024 };
/** What a standard run holds is counted anew when it has appended so much. */
const COUNT_EVERY_BYTES = 128 * 1024;

/** The runs in memory, counted by project: each project leaves some of the room for the others. */
export class LoadedRuns {
  readonly #limits: RoomLimits;
  readonly #runs = new Map<string, Entry>();
  readonly #projects = new Map<string, Use>();
  #bytes = 0;

  constructor(limits = ROOM) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#runs.size;
  }

  has(run: string): boolean {
    return this.#runs.has(run);
  }

  get(run: string): Loaded | undefined {
    return this.#runs.get(run)?.loaded;
  }

  all(): Loaded[] {
    return [...this.#runs.values()].map(({ loaded }) => loaded);
  }

  add(loaded: Loaded): void {
    const { projectId } = loaded.context;
    const entry = { loaded, bytes: 0, grown: 0 };
    this.#runs.set(loaded.actor.run, entry);
    const use = this.#projects.get(projectId) ?? { runs: new Set(), bytes: 0 };
    use.runs.add(loaded.actor.run);
    this.#projects.set(projectId, use);
    this.#count(entry, use);
  }

  /** The run appended so many bytes. */
  grew(run: string, bytes: number): void {
    const entry = this.#runs.get(run);
    if (entry === undefined) return;
    entry.grown += bytes;
    const { mode, projectId } = entry.loaded.context;
    if (mode === 'NORMAL' && entry.grown < COUNT_EVERY_BYTES) return;
    const use = this.#projects.get(projectId);
    if (use !== undefined) this.#count(entry, use);
  }

  remove(run: string): void {
    const entry = this.#runs.get(run);
    if (entry === undefined) return;
    this.#runs.delete(run);
    this.#bytes -= entry.bytes;
    const { projectId } = entry.loaded.context;
    const use = this.#projects.get(projectId);
    if (use === undefined) return;
    use.runs.delete(run);
    use.bytes -= entry.bytes;
    if (use.runs.size === 0) this.#projects.delete(projectId);
  }

  clear(): void {
    this.#runs.clear();
    this.#projects.clear();
    this.#bytes = 0;
  }

  /** Whether one more run of the project may be loaded. */
  hasRoom(projectId: string): boolean {
    const { runs, bytes } = this.#limits;
    const use = this.#projects.get(projectId);
    const [freeRuns, freeBytes] = [runs - this.size, bytes - this.#bytes];
    return (
      freeRuns > 0 && mayHoldMore(use?.runs.size ?? 0, freeRuns, runs) && mayHoldMore(use?.bytes ?? 0, freeBytes, bytes)
    );
  }

  /** Whether the project holds more bytes than its share. */
  isOver(projectId: string): boolean {
    const held = this.#projects.get(projectId)?.bytes ?? 0;
    return !mayHoldMore(held, this.#limits.bytes - this.#bytes, this.#limits.bytes);
  }

  /** Whether no run of its project was loaded before. */
  isFirst(run: string): boolean {
    const projectId = this.get(run)?.context.projectId ?? '';
    const [first] = this.#projects.get(projectId)?.runs ?? [];
    return first === run;
  }

  #count(entry: Entry, use: Use): void {
    const { actor, context } = entry.loaded;
    // an express run has all of its values in memory
    const bytes = context.mode === 'EXPRESS' ? actor.state.bytes : heldBytes(actor.state);
    use.bytes += bytes - entry.bytes;
    this.#bytes += bytes - entry.bytes;
    entry.bytes = bytes;
    entry.grown = 0;
  }
}

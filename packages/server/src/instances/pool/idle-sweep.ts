import type { Clock, Timer } from '../../lib/clock.ts';
import type { Instance } from '../instance/instance.ts';
import type { FunctionGroup } from './function-group.ts';
import type { MemoryBook } from './memory-book.ts';

export interface IdleLimits {
  /** An idle instance is frozen after this time; undefined where the machine cannot freeze. */
  readonly freezeMs: number | undefined;
  /** An idle instance is stopped after this time. */
  readonly idleMs: number;
}

interface IdleSweepParts {
  readonly clock: Clock;
  readonly limits: IdleLimits;
  readonly groups: ReadonlyMap<string, FunctionGroup>;
  readonly memory: MemoryBook;
  /** Stops an instance that was idle for too long. */
  readonly dismiss: (group: FunctionGroup, instance: Instance) => void;
  /** The group may have nothing left. */
  readonly forget: (group: FunctionGroup) => void;
  /** Memory of a frozen instance is free for others. */
  readonly onFreed: () => void;
}

/** Freezes instances that are idle, and stops them later. */
export class IdleSweep {
  readonly #parts: IdleSweepParts;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(parts: IdleSweepParts) {
    this.#parts = parts;
  }

  /** No effect when it is scheduled already. */
  schedule(): void {
    if (this.#isStopped) return;
    const { clock, limits } = this.#parts;
    this.#timer ??= clock.after(Math.min(limits.idleMs, 1_000), () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #run(): void {
    const { clock, limits, groups, dismiss, forget } = this.#parts;
    const { idleMs, freezeMs } = limits;
    const now = clock.monotonic();
    const due = now - idleMs;
    let idle = 0;
    for (const group of [...groups.values()]) {
      for (const instance of [...group.instances]) {
        if (instance.inFlight > 0) continue;
        const reserved = group.reserved.get(instance);
        if (reserved === undefined && instance.idleSince <= due) dismiss(group, instance);
        else if (reserved?.awake !== true) {
          idle += 1;
          if (freezeMs !== undefined && instance.idleSince <= now - freezeMs) void this.freeze(group, instance);
        }
      }
      forget(group);
    }
    if (idle > 0) this.schedule();
  }

  /** A frozen instance cannot grow: it is charged with its use. A reserved one keeps its full charge and never waits. */
  async freeze(group: FunctionGroup, instance: Instance): Promise<void> {
    const { functionKey, memoryMb } = instance.spec;
    if (instance.isFrozen || group.reserved.get(instance)?.awake || !(await instance.freeze())) return;
    const usedBytes = instance.memoryBytes();
    if (usedBytes === null || instance.inFlight > 0 || group.reserved.has(instance)) return;
    if (!group.instances.has(instance)) return;
    this.#parts.memory.charge(instance, functionKey, Math.min(Math.ceil(usedBytes / 2 ** 20), memoryMb));
    this.#parts.onFreed();
  }
}

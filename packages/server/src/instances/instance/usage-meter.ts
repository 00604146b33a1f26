import { closeSync, openSync, readSync } from 'node:fs';
import type { UsagePaths } from '../sandbox/index.ts';

const scratch = Buffer.allocUnsafe(4096);

/**
 * Peak memory and CPU time of a sandbox from the kernel's counters. Files stay open and each reading is one short
 * system call: cheaper than a request to the agent, so that a warm call can afford it.
 */
export class UsageMeter {
  #memory: number | undefined;
  #cpu: number | undefined;
  readonly #currentMemory: string | undefined;
  readonly #cpuFormat: UsagePaths['cpuTimeFormat'];
  #lastCpuMs = 0;

  constructor(paths: UsagePaths) {
    this.#memory = open(paths.peakMemory);
    this.#cpu = open(paths.cpuTime);
    this.#currentMemory = paths.currentMemory;
    this.#cpuFormat = paths.cpuTimeFormat;
    this.#lastCpuMs = this.#readCpuMs() ?? 0;
  }

  /** Peak memory of the instance in bytes; null when the machine does not report it. */
  peakMemoryBytes(): number | null {
    const value = Number(read(this.#memory));
    return Number.isFinite(value) && value > 0 ? value : null;
  }

  /** Current memory in bytes; null when the machine does not report it. Rarely called: no file stays open for it. */
  memoryBytes(): number | null {
    const fd = open(this.#currentMemory);
    const value = Number(read(fd));
    if (fd !== undefined) closeSync(fd);
    return Number.isFinite(value) && value > 0 ? value : null;
  }

  /** CPU ms since the previous call; null when the machine does not report it. */
  cpuMsSinceLast(): number | null {
    const now = this.#readCpuMs();
    if (now === undefined) return null;
    const spent = now - this.#lastCpuMs;
    this.#lastCpuMs = now;
    return spent;
  }

  close(): void {
    if (this.#memory !== undefined) closeSync(this.#memory);
    if (this.#cpu !== undefined) closeSync(this.#cpu);
    this.#memory = undefined;
    this.#cpu = undefined;
  }

  #readCpuMs(): number | undefined {
    const text = read(this.#cpu);
    if (text === undefined) return undefined;
    if (this.#cpuFormat === 'nanoseconds') return Number(text) / 1e6;
    const match = /usage_usec (\d+)/.exec(text);
    return match === null ? undefined : Number(match[1]) / 1e3;
  }
}

function open(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  try {
    return openSync(path, 'r');
  } catch {
    return undefined; // gone already, or not ours to read: then it is not measured
  }
}

function read(fd: number | undefined): string | undefined {
  if (fd === undefined) return undefined;
  try {
    return scratch.toString('latin1', 0, readSync(fd, scratch, 0, scratch.length, 0)).trim();
  } catch {
    return undefined; // the group is gone with its sandbox
  }
}

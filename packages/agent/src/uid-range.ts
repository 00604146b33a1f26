import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { AgentError } from './agent-error.ts';
import { isOwnerAlive } from './owner.ts';

const FIRST_UID = 300_000;
const RANGE_SIZE = 4096;
const RANGES = 512;

/**
 * Host user ids for sandboxes, each used by one living sandbox at a time. Agents on one machine draw from different
 * ranges: a range is claimed by a file `<range>.<owner>` in a folder that all of them share.
 */
export class UidRange {
  /** Below 512; no other living agent of the machine has it. */
  readonly agentNumber: number;
  readonly #base: number;
  readonly #claim: string | undefined;
  readonly #used = new Set<number>();
  #next = 0;

  private constructor(range: number, claim: string | undefined) {
    this.agentNumber = range;
    this.#base = FIRST_UID + range * RANGE_SIZE;
    this.#claim = claim;
  }

  /** Throws `SANDBOX_LIMIT` when every range has a living owner. */
  static claim(folder: string, ownerId: string): UidRange {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let range = 0; range < RANGES; range++) {
      if (rivals(folder, range, ownerId) > 0) continue;
      const claim = `${folder}/${range}.${ownerId}`;
      writeFileSync(claim, '');
      // Two agents may have claimed at the same moment: an agent that sees another claim withdraws its own.
      if (rivals(folder, range, ownerId) === 0) return new UidRange(range, claim);
      rmSync(claim, { force: true });
    }
    throw new AgentError('SANDBOX_LIMIT', 'no free range of user ids', { hint: `see ${folder}` });
  }

  /** Throws `SANDBOX_LIMIT` when all ids of the range are in use. */
  take(): number {
    for (let tried = 0; tried < RANGE_SIZE; tried++) {
      const uid = this.#base + this.#next;
      this.#next = (this.#next + 1) % RANGE_SIZE;
      if (this.#used.has(uid)) continue;
      this.#used.add(uid);
      return uid;
    }
    throw new AgentError('SANDBOX_LIMIT', `more than ${RANGE_SIZE} sandboxes at once`);
  }

  giveBack(uid: number): void {
    this.#used.delete(uid);
  }

  close(): void {
    if (this.#claim !== undefined) rmSync(this.#claim, { force: true });
  }
}

/** Living owners of a range besides `ownerId`; claims of the dead are removed on the way. */
function rivals(folder: string, range: number, ownerId: string): number {
  let count = 0;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${range}.`)) continue;
    const owner = name.slice(name.indexOf('.') + 1);
    if (owner === ownerId) continue;
    if (isOwnerAlive(owner)) count++;
    else rmSync(`${folder}/${name}`, { force: true });
  }
  return count;
}

import type { LinkLog } from './runtime-link/index.ts';

/** More than this is not held back: a start that prints so much is followed as it goes. */
const MAX_HELD_BYTES = 1024 * 1024;
const LINE_COST_BYTES = 256;

/**
 * The lines that a start prints. They are held until its end is known: those of a failed start belong to the request that
 * asked for it, those of any other to no request.
 */
export class StartLog {
  readonly #write: (instanceId: string, log: LinkLog) => void;
  #held: { readonly instanceId: string; readonly log: LinkLog }[] | undefined = [];
  #bytes = 0;
  #released = '';

  constructor(write: (instanceId: string, log: LinkLog) => void) {
    this.#write = write;
  }

  add(instanceId: string, log: LinkLog): void {
    if (this.#held === undefined) {
      this.#write(instanceId, log);
      return;
    }
    this.#held.push({ instanceId, log });
    this.#bytes += log.text.length + LINE_COST_BYTES;
    if (this.#bytes > MAX_HELD_BYTES) this.release();
  }

  /**
   * Writes what is held: under `requestId` and no instance, as its start and finish lines are, or under the instance when no
   * request asked. Later lines are written as they come. Without effect the second time.
   */
  release(requestId = ''): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { instanceId, log } of held) this.#write(requestId === '' ? instanceId : '', { ...log, requestId });
  }

  /** Releases what another start of the same request did not print already, line for line. */
  releaseUnlike(other: StartLog | undefined, requestId: string): void {
    const same = other !== undefined && this.#text() === other.#released;
    this.#released = this.#text();
    if (same) this.#held = undefined;
    this.release(requestId);
  }

  #text(): string {
    return (this.#held ?? []).map(({ log }) => log.text).join('\n');
  }
}

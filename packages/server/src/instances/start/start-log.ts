import type { LinkLog } from '../runtime-link/index.ts';

/** Above this size lines are no longer held but written as they come. */
const MAX_HELD_BYTES = 1024 * 1024;
const LINE_COST_BYTES = 256;

/**
 * The lines that a start prints. They are held until the start ends: lines of a failed start belong to the request that
 * caused it, lines of a successful one to no request.
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
   * Writes held lines: under `requestId` and without an instance, like its start and finish lines, or under the
   * instance for a start without a request. Later lines are written as they come. A second call has no effect.
   */
  release(requestId = ''): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { instanceId, log } of held) this.#write(requestId === '' ? instanceId : '', { ...log, requestId });
  }

  /** Releases its lines unless another start of the same request released the same ones. */
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

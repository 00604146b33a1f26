import type { Readable } from 'node:stream';
import type { BodySource } from '../../instances/index.ts';

/** The rest of a forwarded call: the client's body, as the entry node passes it on. Holds no more than the connection. */
export class ForwardedBody implements BodySource {
  readonly length: number | undefined;
  readonly #from: Readable;
  #ended = false;

  /** `bytes`: −1 for an unknown number. */
  constructor(from: Readable, bytes: number) {
    this.#from = from;
    this.length = bytes < 0 ? undefined : bytes;
  }

  get ended(): boolean {
    return this.#ended;
  }

  open(onMore: () => void): void {
    const end = (): void => {
      this.#ended = true;
      onMore();
    };
    if (this.#from.readableEnded) {
      queueMicrotask(end);
      return;
    }
    this.#from.on('readable', onMore);
    this.#from.once('end', end);
  }

  take(maxBytes: number): Buffer | undefined {
    // Reading an empty chunk asks the stream for more.
    return (this.#from.read(Math.min(maxBytes, this.#from.readableLength)) as Buffer | null) ?? undefined;
  }
}

/**
 * Exactly so many bytes, at least 1, from the beginning of a stream; the rest stays in it. Rejects when it ends or breaks
 * before.
 */
export function readExactly(from: Readable, bytes: number): Promise<Buffer> {
  // most events arrive with the head of their call
  if (from.readableLength >= bytes) return Promise.resolve(from.read(bytes) as Buffer);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let missing = bytes;
    const settle = (act: () => void): void => {
      from.off('readable', look).off('end', onEnd).off('error', onEnd).off('close', onEnd);
      act();
    };
    const onEnd = (): void => settle(() => reject(new Error('the body ended early')));
    const look = (): void => {
      while (missing > 0) {
        const part = from.read(Math.min(missing, from.readableLength)) as Buffer | null;
        if (part === null) return;
        parts.push(part);
        missing -= part.length;
      }
      const [first] = parts;
      settle(() => resolve(parts.length === 1 && first !== undefined ? first : Buffer.concat(parts)));
    };
    from.on('readable', look).once('end', onEnd).once('error', onEnd).once('close', onEnd);
    look();
  });
}

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const MAX_MESSAGE_BYTES = 8 * 1024;
const MAX_REPORTED_PER_SECOND = 64 * 1024;
const MAX_READ_PER_SECOND = 1024 * 1024;
const CUT = '[output cut: more than 64 KiB in one second]\n';

export type OutputSink = (stream: 'stdout' | 'stderr', text: string) => void;

/**
 * Reads the raw output of one sandbox without letting it flood the agent: 64 KiB per second are forwarded, up to 1 MiB
 * per second are read and dropped, beyond that the writer blocks.
 */
export class OutputLimit {
  readonly #sink: OutputSink;
  readonly #streams: Readable[] = [];
  readonly #now: () => number;
  #windowStart = 0;
  #reported = 0;
  #isCut = false;
  #read = 0;
  #wake: NodeJS.Timeout | undefined;
  #ending = false;

  constructor(sink: OutputSink, now: () => number = Date.now) {
    this.#sink = sink;
    this.#now = now;
  }

  attach(name: 'stdout' | 'stderr', stream: Readable): void {
    const decoder = new StringDecoder('utf8');
    this.#streams.push(stream);
    stream.on('data', (chunk: Buffer) => this.#take(name, chunk, decoder));
    stream.on('error', () => stream.destroy());
  }

  /** Call when every writer is dead: reads to the end without waiting and forwards what the limit still allows. */
  finish(): void {
    this.#ending = true;
    clearTimeout(this.#wake);
    for (const stream of this.#streams) stream.resume();
  }

  #take(name: 'stdout' | 'stderr', chunk: Buffer, decoder: StringDecoder): void {
    this.#openWindow();
    this.#read += chunk.length;
    const room = MAX_REPORTED_PER_SECOND - this.#reported;
    if (room > 0) {
      const reported = chunk.subarray(0, room);
      this.#reported += reported.length;
      for (let start = 0; start < reported.length; start += MAX_MESSAGE_BYTES) {
        const text = decoder.write(reported.subarray(start, start + MAX_MESSAGE_BYTES));
        if (text !== '') this.#sink(name, text);
      }
    }
    if (chunk.length > Math.max(room, 0) && !this.#isCut) {
      this.#isCut = true;
      this.#sink(name, CUT);
    }
    if (this.#read >= MAX_READ_PER_SECOND && !this.#ending) this.#pause();
  }

  #openWindow(): void {
    const now = this.#now();
    if (now - this.#windowStart < 1000) return;
    this.#windowStart = now;
    this.#reported = 0;
    this.#read = 0;
    this.#isCut = false;
  }

  #pause(): void {
    for (const stream of this.#streams) stream.pause();
    this.#wake ??= setTimeout(
      () => {
        this.#wake = undefined;
        for (const stream of this.#streams) stream.resume();
      },
      1000 - (this.#now() - this.#windowStart),
    );
  }
}

import type { Clock } from '../../lib/clock.ts';
import type { LinkLog } from '../runtime-link/index.ts';
import type { SandboxOutput } from '../sandbox/index.ts';

const MAX_LINE_CHARS = 90 * 1024;

/**
 * Lines that processes write outside of the runtime: an interpreter that cannot start, child processes, native code. A
 * line may come in pieces; an unfinished line waits until `flush`.
 */
export class RawOutput {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #write: (log: Omit<LinkLog, 'requestId'>) => void;
  readonly #pending = { stdout: '', stderr: '' };

  constructor(clock: Pick<Clock, 'now'>, write: (log: Omit<LinkLog, 'requestId'>) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  push({ stream, text }: SandboxOutput): void {
    const lines = (this.#pending[stream] + text).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#line(stream, line);
    this.#pending[stream] = rest.length < MAX_LINE_CHARS ? rest : '';
    if (rest.length >= MAX_LINE_CHARS) this.#line(stream, rest);
  }

  /** Writes unfinished lines. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const line = this.#pending[stream];
      this.#pending[stream] = '';
      this.#line(stream, line);
    }
  }

  #line(stream: SandboxOutput['stream'], text: string): void {
    if (text !== '') this.#write({ level: stream === 'stderr' ? 'ERROR' : 'INFO', time: this.#clock.now(), text });
  }
}

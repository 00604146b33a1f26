import type { LogLevel } from '@funcgraph/runtimes';

export interface TailLine {
  readonly time: number;
  readonly requestId: string;
  /** Absent for the platform's own lines. */
  readonly level?: LogLevel;
  readonly message: string;
}

/** The last bytes of the log of one invocation, as text lines. Holds at most about twice the limit. */
export class LogTail {
  readonly #limit: number;
  #lines: string[] = [];
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  add(line: TailLine): void {
    const origin = line.level === undefined ? '' : `${line.requestId} ${line.level} `;
    const text = `${new Date(line.time).toISOString()} ${origin}${line.message}\n`;
    this.#lines.push(text);
    this.#bytes += text.length;
    while (this.#lines.length > 1 && this.#bytes - (this.#lines[0]?.length ?? 0) >= this.#limit) {
      this.#bytes -= this.#lines.shift()?.length ?? 0;
    }
  }

  /** At most the limit in UTF-8, cut between characters. */
  text(): string {
    const bytes = Buffer.from(this.#lines.join(''));
    if (bytes.length <= this.#limit) return bytes.toString();
    let from = bytes.length - this.#limit;
    while (from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
    return bytes.subarray(from).toString();
  }
}

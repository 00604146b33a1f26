import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';

export const MIB = 2 ** 20;

/** An answer that is read from the raw socket, so that every byte is visible. */
export class Reading {
  readonly response: IncomingMessage;
  text = '';
  bytes = 0;
  /** How it ended: undefined while it has not. */
  end: 'complete' | 'cut' | undefined;

  constructor(response: IncomingMessage) {
    this.response = response;
    response.on('end', () => {
      this.end ??= response.complete ? 'complete' : 'cut';
    });
    response.on('error', () => {
      this.end ??= 'cut';
    });
    response.on('close', () => {
      this.end ??= 'cut';
    });
  }

  static async open(
    url: string,
    options: { method?: string; headers?: Record<string, string>; body?: string; paused?: boolean } = {},
  ): Promise<Reading> {
    const { method = 'GET', headers = {}, body } = options;
    const sent = httpRequest(url, { method, headers, agent: false });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const reading = new Reading(response);
    if (options.paused !== true) reading.read();
    return reading;
  }

  read(): void {
    this.response.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (this.bytes < MIB) this.text += chunk.toString('utf8');
    });
  }

  get requestId(): string {
    return String(this.response.headers['x-cff-request-id']);
  }
}

/** A request whose body is sent by hand. */
export class Sending {
  readonly sent: ClientRequest;
  readonly answered: Promise<Reading>;

  constructor(url: string, headers: Record<string, string | number> = {}) {
    this.sent = httpRequest(url, { method: 'POST', headers, agent: false });
    this.sent.flushHeaders();
    // What a test does not wait for may fail.
    this.sent.on('error', () => {});
    this.answered = once(this.sent, 'response').then(([response]) => {
      const reading = new Reading(response as IncomingMessage);
      reading.read();
      return reading;
    });
    this.answered.catch(() => {});
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.sent.off('drain', done).off('close', done);
        resolve();
      };
      this.sent.on('drain', done).on('close', done);
    });
  }

  /** Sends this many bytes and waits while they are not read; stops when the connection ends. */
  async pour(bytes: number): Promise<void> {
    const block = Buffer.alloc(MIB, 'x');
    for (let left = bytes; left > 0 && !this.sent.destroyed; left -= block.length) {
      const flows = this.sent.write(left < block.length ? block.subarray(0, left) : block);
      if (!flows) await this.#drained();
    }
  }
}

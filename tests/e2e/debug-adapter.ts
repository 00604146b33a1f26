import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { PATIENCE } from '../functions.ts';

interface Message {
  readonly type: 'response' | 'event';
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly event?: string;
  readonly message?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Speaks the Debug Adapter Protocol, as editors do with Python. */
export class DebugAdapter {
  readonly #socket: Socket;
  readonly #messages: Message[] = [];
  #received = Buffer.alloc(0);
  #last = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
  }

  /** The debugger at a port, once it answers. */
  static async attach(port: number): Promise<DebugAdapter> {
    let found: DebugAdapter | undefined;
    await expect
      .poll(async () => {
        found = await DebugAdapter.#at(port).catch(() => undefined);
        return found;
      }, PATIENCE)
      .toBeDefined();
    if (found === undefined) throw new Error('no debugger answered');
    return found;
  }

  static async #at(port: number): Promise<DebugAdapter> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const adapter = new DebugAdapter(socket);
    const closed = once(socket, 'close').then(() => Promise.reject(new Error('the debugger closed the connection')));
    await Promise.race([adapter.request('initialize', { adapterID: 'test', pathFormat: 'path' }), closed]);
    return adapter;
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const head = this.#received.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, head))?.[1]);
      if (this.#received.length < head + 4 + length) return;
      this.#messages.push(JSON.parse(this.#received.toString('utf8', head + 4, head + 4 + length)));
      this.#received = this.#received.subarray(head + 4 + length);
    }
  }

  /** Does not wait for the answer. */
  send(command: string, args: object = {}): number {
    this.#last += 1;
    const text = JSON.stringify({ seq: this.#last, type: 'request', command, arguments: args });
    this.#socket.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return this.#last;
  }

  async answer(seq: number): Promise<Readonly<Record<string, unknown>>> {
    const found = await this.#message(({ type, request_seq }) => type === 'response' && request_seq === seq);
    if (found.success !== true) throw new Error(found.message);
    return found.body ?? {};
  }

  request(command: string, args: object = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.answer(this.send(command, args));
  }

  async event(name: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#message(({ event }) => event === name)).body ?? {};
  }

  async #message(isIt: (message: Message) => boolean): Promise<Message> {
    await expect.poll(() => this.#messages.some(isIt), PATIENCE).toBe(true);
    return this.#messages.find(isIt) as Message;
  }

  detach(): void {
    this.#socket.destroy();
  }
}

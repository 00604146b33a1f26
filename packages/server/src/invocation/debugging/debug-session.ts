import type { Socket } from 'node:net';

/** What a session sends to its client. */
export interface DebugNews {
  readonly session?: string;
  readonly connection?: number;
  /** Base64. */
  readonly data?: string;
  readonly end?: true;
  readonly reason?: string;
}

/** Connections that one client has at the same time. */
const MAX_CONNECTIONS = 16;
/** Connections of the instance that wait for a client; ours keeps one. */
const MAX_WAITING = 4;
/** Bytes that are on their way in one direction; above that, the side that sends waits. */
const MAX_BYTES = 1024 * 1024;

interface Channel {
  /** Undefined until the instance has one for it. */
  socket: Socket | undefined;
  readonly early: Buffer[];
  earlyBytes: number;
}

/** Leads the connections of one client to the debugger of one function. Both sides are hostile: all that waits has a bound. */
export class DebugSession {
  readonly id: string;
  readonly functionKey: string;
  readonly #channels = new Map<number, Channel>();
  readonly #waiting = new Set<Socket>();
  #news: DebugNews[];
  #bytes = 0;
  #wake: () => void = () => {};
  #isOver = false;

  constructor(id: string, functionKey: string) {
    this.id = id;
    this.functionKey = functionKey;
    this.#news = [{ session: id }];
  }

  /** A debugger is connected. */
  readonly isAttached = (): boolean => this.#channels.size > 0;

  /** A connection of the instance, for the next of the client. */
  offer(socket: Socket): void {
    if (this.#isOver || this.#waiting.size >= MAX_WAITING) {
      socket.destroy();
      return;
    }
    socket.on('error', () => socket.destroy());
    for (const [connection, channel] of this.#channels) {
      if (channel.socket !== undefined) continue;
      this.#pair(connection, channel, socket);
      return;
    }
    this.#waiting.add(socket);
    // the runtime waits for the first bytes of a client: one that speaks first, or leaves, serves none
    const leave = (): void => {
      this.#waiting.delete(socket);
      if (!this.#isPaired(socket)) socket.destroy();
    };
    socket.once('close', leave);
  }

  /** Bytes of the client. Resolves when more may follow; false when there is no room for a new connection. */
  async take(connection: number, data: Buffer, isEnd: boolean): Promise<boolean> {
    if (this.#isOver) return false;
    let channel = this.#channels.get(connection);
    if (channel === undefined) {
      if (data.length === 0) return true;
      if (this.#channels.size >= MAX_CONNECTIONS) return false;
      channel = { socket: undefined, early: [], earlyBytes: 0 };
      this.#channels.set(connection, channel);
      // an instance with new code replaces one that may be stopped at a breakpoint
      const next = [...this.#waiting].at(-1);
      if (next !== undefined) this.#pair(connection, channel, next);
    }
    const { socket } = channel;
    if (socket === undefined) {
      channel.earlyBytes += data.length;
      if (isEnd || channel.earlyBytes > MAX_BYTES) this.#close(connection);
      else channel.early.push(data);
      return true;
    }
    if (data.length > 0 && !socket.write(data)) await drained(socket);
    if (isEnd) this.#close(connection);
    return true;
  }

  /** What the client reads, until `gone` or the end of the session. */
  async *news(gone: AbortSignal): AsyncGenerator<DebugNews> {
    const onAbort = (): void => this.#wake();
    gone.addEventListener('abort', onAbort);
    try {
      while (!gone.aborted) {
        const batch = this.#news;
        this.#news = [];
        yield* batch;
        this.#bytes = 0;
        for (const { socket } of this.#channels.values()) socket?.resume();
        if (this.#news.length > 0) continue;
        if (this.#isOver || gone.aborted) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      gone.removeEventListener('abort', onAbort);
    }
  }

  /** Breaks all connections. Idempotent. */
  end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const connection of [...this.#channels.keys()]) this.#close(connection);
    for (const socket of this.#waiting) socket.destroy();
    this.#tell({ end: true, reason });
  }

  #pair(connection: number, channel: Channel, socket: Socket): void {
    this.#waiting.delete(socket);
    channel.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#bytes += data.length;
      this.#tell({ connection, data: data.toString('base64') });
      if (this.#bytes > MAX_BYTES) socket.pause();
    });
    socket.once('close', () => this.#close(connection));
    for (const data of channel.early.splice(0)) socket.write(data);
    if (socket.destroyed) this.#close(connection);
  }

  #isPaired(socket: Socket): boolean {
    return [...this.#channels.values()].some((channel) => channel.socket === socket);
  }

  #close(connection: number): void {
    const channel = this.#channels.get(connection);
    if (channel === undefined) return;
    this.#channels.delete(connection);
    channel.socket?.destroy();
    this.#tell({ connection, end: true });
  }

  #tell(news: DebugNews): void {
    this.#news.push(news);
    this.#wake();
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
    if (socket.destroyed) done();
  });
}

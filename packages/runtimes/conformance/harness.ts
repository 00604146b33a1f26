import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CHUNK_COST_BYTES,
  type Credentials,
  type FunctionContext,
  type InitFrame,
  type InstanceFrame,
  type InvokeFrame,
} from '../src/protocol/frames.ts';

export interface LogLine {
  readonly requestId: string;
  readonly level: string;
  readonly text: string;
}

export interface Answer {
  readonly code: number;
  readonly payload: string;
  readonly logs: readonly LogLine[];
}

export const CONTEXT: FunctionContext = {
  projectId: 'project-1',
  package: 'default',
  functionName: 'conformance',
  version: 'latest',
  alias: '',
  instanceId: 'instance-1',
  memoryMb: 128,
  cpuMillis: 300,
  timeoutSeconds: 3,
  userData: { KEY: 'value' },
};

export const NO_CREDENTIALS: Credentials = {
  accessKey: '',
  secretKey: '',
  securityAccessKey: '',
  securitySecretKey: '',
  securityToken: '',
  authToken: '',
};

/** What a streaming request sent until its result. */
export interface Streamed {
  readonly code: number;
  readonly payload: string;
  readonly pieces: readonly string[];
  readonly head: unknown;
}

type Received = { readonly header: InstanceFrame; readonly body: Buffer };

/** Builds one frame of the protocol. */
export function encode(header: unknown, body: Buffer): Buffer {
  const head = Buffer.from(JSON.stringify(header));
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32BE(head.length, 0);
  sizes.writeUInt32BE(body.length, 4);
  return Buffer.concat([sizes, head, body]);
}

/** A real pipe, as a sandbox has it; Node would make a socket. */
function openPipe(path: string): { readonly reader: Socket; readonly writer: number } {
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  return { reader: new Socket({ fd: reading, readable: true, writable: false }), writer };
}

/** A shim started without a sandbox, with the server's half of the link in the test. */
export class Instance {
  readonly logs: LogLine[] = [];
  /** Whether the last answer said that there may be output beside the link. */
  isRaw = false;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #socket: Socket | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  readonly #frames: Received[] = [];
  readonly #waiting: {
    readonly wants: (frame: Received) => boolean;
    readonly take: (frame: Received) => void;
    readonly refuse: (error: Error) => void;
  }[] = [];
  raw = '';

  private constructor(child: ChildProcess, folder: string, outputs: readonly Socket[]) {
    this.#child = child;
    this.#folder = folder;
    const collect = (chunk: Buffer): void => {
      this.raw += chunk.toString('utf8');
    };
    for (const output of outputs) output.on('data', collect);
    const ends = outputs.map((output) => once(output, 'close'));
    this.exited = new Promise((resolve) => {
      child.on('exit', async (code) => {
        await Promise.all(ends);
        for (const waiter of this.#waiting) waiter.refuse(new Error(`the shim ended with ${code}: ${this.raw}`));
        resolve(code);
      });
    });
  }

  /** Starts `command` and waits for its connection; `hello` is then the next frame. */
  static async start(
    command: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Instance> {
    const folder = mkdtempSync(join(tmpdir(), 'funcgraph-link-'));
    const path = join(folder, 'link.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const [program = '', ...args] = command;
    const paths = [join(folder, 'stdout'), join(folder, 'stderr')] as const;
    execFileSync('mkfifo', paths);
    const outputs = [openPipe(paths[0]), openPipe(paths[1])] as const;
    const child = spawn(program, args, {
      cwd,
      stdio: ['ignore', outputs[0].writer, outputs[1].writer],
      // A group of its own, so that programs which it started end with it: no sandbox does that here.
      detached: true,
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        LANG: 'C.UTF-8',
        FUNCGRAPH_LINK: path,
        LD_LIBRARY_PATH: '/base',
        ...env,
      },
    });
    for (const { writer } of outputs) closeSync(writer);
    const instance = new Instance(
      child,
      folder,
      outputs.map(({ reader }) => reader),
    );
    const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const ended = instance.exited.then((code) =>
      Promise.reject(new Error(`no connection, exit ${code}: ${instance.raw}`)),
    );
    try {
      instance.#socket = await Promise.race([connected, ended]);
    } catch (error) {
      server.close();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    // Only the race wanted to know.
    ended.catch(() => undefined);
    server.close();
    instance.#socket.on('data', (chunk) => instance.#push(chunk));
    instance.#socket.on('error', () => undefined);
    return instance;
  }

  #push(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 8) {
      const head = this.#buffer.readUInt32BE(0);
      const length = 8 + head + this.#buffer.readUInt32BE(4);
      if (this.#buffer.length < length) return;
      let header: InstanceFrame;
      try {
        header = JSON.parse(this.#buffer.toString('utf8', 8, 8 + head)) as InstanceFrame;
      } catch {
        // As the server would: the waiting test fails when the process is gone.
        this.#child.kill('SIGKILL');
        return;
      }
      const body = this.#buffer.subarray(8 + head, length);
      this.#buffer = this.#buffer.subarray(length);
      if (header.type === 'log')
        this.logs.push({ requestId: header.requestId, level: header.level, text: body.toString('utf8') });
      this.#deliver({ header, body });
    }
  }

  #deliver(frame: Received): void {
    const at = this.#waiting.findIndex((waiter) => waiter.wants(frame));
    if (at >= 0) this.#waiting.splice(at, 1)[0]?.take(frame);
    else this.#frames.push(frame);
  }

  /** Whether it announced the end of its program, so far. */
  get isLeaving(): boolean {
    return this.has(({ header }) => header.type === 'leaving');
  }

  /** Whether an unread frame of this kind arrived. */
  has(wants: (frame: Received) => boolean): boolean {
    return this.#frames.some(wants);
  }

  /** The next frame that `wants` accepts; rejects when the process ends first. */
  next(wants: (frame: Received) => boolean): Promise<Received> {
    const at = this.#frames.findIndex(wants);
    const found = at >= 0 ? this.#frames.splice(at, 1)[0] : undefined;
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((take, refuse) => this.#waiting.push({ wants, take, refuse }));
  }

  async hello(): Promise<string> {
    const { header } = await this.next((frame) => frame.header.type === 'hello');
    return header.type === 'hello' ? header.runtime : '';
  }

  send(header: unknown, body: Buffer = Buffer.alloc(0)): void {
    this.#socket?.write(encode(header, body));
  }

  /** Sends frames in one write: they arrive together. */
  sendTogether(frames: readonly { readonly header: unknown; readonly body: Buffer }[]): void {
    this.#socket?.write(Buffer.concat(frames.map(({ header, body }) => encode(header, body))));
  }

  /** Sends one frame in as many writes as it has bytes. */
  trickle(header: unknown, body: Buffer): void {
    this.#socket?.setNoDelay(true);
    for (const byte of encode(header, body)) this.#socket?.write(Buffer.of(byte));
  }

  /** Sends `init` and gives back `ready` or `failed` with the error payload. */
  async init(codeRoot: string, handler: string, more: Partial<InitFrame> = {}): Promise<Received> {
    const frame: InitFrame = {
      type: 'init',
      handler,
      initializerTimeoutMs: 3000,
      codeRoot,
      env: { KEY: 'value', LD_LIBRARY_PATH: '/user/lib' },
      context: CONTEXT,
      ...more,
    };
    this.send(frame);
    return this.next((received) => received.header.type === 'ready' || received.header.type === 'failed');
  }

  async invoke(event: string | Buffer, requestId = 'request-1', more: Partial<InvokeFrame> = {}): Promise<Answer> {
    const frame: InvokeFrame = {
      type: 'invoke',
      requestId,
      timeoutMs: 3000,
      invokeType: 'sync',
      credentials: NO_CREDENTIALS,
      ...more,
    };
    const { header, body } = await this.#resultOf(frame, typeof event === 'string' ? Buffer.from(event) : event);
    const logs = this.logs.filter((line) => line.requestId === requestId);
    this.isRaw = header.type === 'result' && header.raw === true;
    return { code: header.type === 'result' ? header.code : -1, payload: body.toString('utf8'), logs };
  }

  /** Sends a request until the instance runs it: one that comes just after output beside the link is returned. */
  async #resultOf(frame: InvokeFrame, event: Buffer): Promise<Received> {
    const { requestId } = frame;
    for (;;) {
      this.send(frame, event);
      const received = await this.next(
        ({ header }) =>
          (header.type === 'result' && header.requestId === requestId) ||
          (header.type === 'returned' && header.requestIds.includes(requestId)),
      );
      if (received.header.type === 'result') return received;
    }
  }

  /** Sends a streaming request; its frames are for `streamed` or `next`. */
  startStream(event: string, requestId = 'request-1', more: Partial<InvokeFrame> = {}): void {
    const frame: InvokeFrame = {
      type: 'invoke',
      requestId,
      timeoutMs: 3000,
      invokeType: 'sync',
      credentials: NO_CREDENTIALS,
      stream: true,
      ...more,
    };
    this.send(frame, Buffer.from(event));
  }

  /** Takes chunks, giving back what each cost, until the result of the request. */
  async streamed(requestId = 'request-1'): Promise<Streamed> {
    const pieces: string[] = [];
    let head: unknown;
    for (;;) {
      const { header, body } = await this.next(
        (frame) => 'requestId' in frame.header && frame.header.requestId === requestId && frame.header.type !== 'log',
      );
      if (header.type === 'result') return { code: header.code, payload: body.toString('utf8'), pieces, head };
      if (header.type !== 'chunk') continue;
      head ??= header.head;
      pieces.push(body.toString('utf8'));
      this.send({ type: 'credit', requestId, bytes: body.length + CHUNK_COST_BYTES });
    }
  }

  /** Waits for a log line that `wants` accepts, also when it already came. */
  async log(wants: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.logs.find(wants);
      if (found !== undefined) return found;
      await this.next((frame) => frame.header.type === 'log');
    }
  }

  /** Ends the process and removes its leftovers. */
  async stop(): Promise<void> {
    this.#killAll();
    await this.exited;
    this.#socket?.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #killAll(): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // No process of the group is left.
    }
  }
}

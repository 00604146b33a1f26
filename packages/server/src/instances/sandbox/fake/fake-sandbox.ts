import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { DoorBuffer } from '../door-buffer.ts';
import { SandboxError } from '../errors.ts';
import { OutputBuffer } from '../output-buffer.ts';
import type {
  DoorListener,
  Sandbox,
  SandboxAssignment,
  SandboxExit,
  SandboxOutput,
  SandboxSpec,
  SandboxUsage,
  UsagePaths,
} from '../sandbox.ts';
import type { FakeBehaviour } from './behaviour.ts';
import { FakePeer } from './fake-peer.ts';
import { FrameReader } from './frames.ts';

const NO_EXIT: SandboxExit = {
  exitCode: null,
  signal: null,
  oomKilled: false,
  peakMemoryBytes: 0,
  cpuMs: 0,
  tmpFull: false,
};

/** A sandbox without a process: a link client whose runtime is the test's own code. */
export class FakeSandbox implements Sandbox {
  readonly id: string;
  readonly pid = 0;
  readonly usagePaths: UsagePaths = {};
  readonly exited: Promise<SandboxExit>;
  /** The assignment that it got. */
  assignment: SandboxAssignment | undefined;
  /** How often `share` was called. */
  shared = 0;
  readonly #socket: Socket;
  readonly #output = new OutputBuffer();
  readonly #doors = new DoorBuffer();
  readonly #unread: SandboxOutput[] = [];
  readonly #usage: SandboxUsage;
  readonly #resolveExit: (exit: SandboxExit) => void;
  #ended = false;

  private constructor(spec: SandboxSpec, behaviour: FakeBehaviour, socket: Socket) {
    const { promise, resolve } = deferred<SandboxExit>();
    this.id = spec.id;
    this.exited = promise;
    this.#resolveExit = resolve;
    this.#socket = socket;
    this.#usage = { peakMemoryBytes: behaviour.peakMemoryBytes ?? 0, cpuMs: 0, tmpFull: false, oomKilled: false };
    const peer = new FakePeer(
      socket,
      (exit) => this.#end(exit),
      (output, isUnread) => (isUnread ? this.#unread.push(output) : this.#output.push(output)),
    );
    this.#serve(behaviour, peer);
  }

  /** Connects to the link socket; rejects without a listener or when `signal` aborts. */
  static async start(spec: SandboxSpec, behaviour: FakeBehaviour, signal: AbortSignal): Promise<FakeSandbox> {
    const socket = connect(spec.linkSocket);
    try {
      await once(socket, 'connect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return new FakeSandbox(spec, behaviour, socket);
  }

  /** Opens the sockets on ports of this machine; resolves with these by the requested port. */
  async openDoors(ports: readonly number[]): Promise<Map<number, number>> {
    const opened = new Map<number, number>();
    for (const port of ports) {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      opened.set(port, typeof address === 'object' && address !== null ? address.port : 0);
      this.#doors.add(port, { listen: () => server, close: () => server.close() });
    }
    return opened;
  }

  onDoor(listener: DoorListener): void {
    this.#doors.listen(listener);
  }

  async usage(): Promise<SandboxUsage> {
    return this.#usage;
  }

  async share(): Promise<void> {
    this.shared += 1;
  }

  get isFrozen(): boolean {
    return this.#socket.isPaused();
  }

  /** Frames that arrive while it is frozen are handled after the thaw. */
  async freeze(): Promise<void> {
    this.#refuseWhenEnded();
    this.#socket.pause();
  }

  async thaw(): Promise<void> {
    this.#refuseWhenEnded();
    this.#socket.resume();
  }

  async assign(assignment: SandboxAssignment): Promise<void> {
    this.#refuseWhenEnded();
    if (this.assignment !== undefined) throw new SandboxError('ALREADY_ASSIGNED', `sandbox ${this.id} has its version`);
    this.assignment = assignment;
    await this.thaw();
  }

  async stop(): Promise<SandboxExit> {
    this.#end({ signal: 'SIGKILL' });
    return this.exited;
  }

  async flushOutput(): Promise<void> {
    for (const output of this.#unread.splice(0)) this.#output.push(output);
  }

  onOutput(listener: (output: SandboxOutput) => void): () => void {
    return this.#output.listen(listener);
  }

  #refuseWhenEnded(): void {
    if (this.#ended) throw new SandboxError('SANDBOX_GONE', `there is no sandbox ${this.id}`);
  }

  #serve(behaviour: FakeBehaviour, peer: FakePeer): void {
    const reader = new FrameReader();
    this.#socket.on('error', () => this.#end({ exitCode: 1 }));
    this.#socket.on('close', () => this.#end({ exitCode: 0 }));
    this.#socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) {
        // A handler that throws is a runtime that crashes, not a test that hangs.
        behaviour.onFrame(frame, peer).catch(() => this.#end({ exitCode: 1 }));
      }
    });
    behaviour.onStart(peer);
  }

  #end(exit: Partial<SandboxExit>): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#doors.close();
    this.#socket.destroy();
    this.#resolveExit({ ...NO_EXIT, peakMemoryBytes: this.#usage.peakMemoryBytes, ...exit });
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

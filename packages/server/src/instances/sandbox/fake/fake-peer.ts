import type { Socket } from 'node:net';
import type { InstanceFrame, LogLevel } from '@funcgraph/runtimes';
import type { SandboxExit, SandboxOutput } from '../sandbox.ts';
import { encodeFrame } from './frames.ts';

/** Actions of a test's handler inside a fake sandbox, valid and hostile. */
export class FakePeer {
  readonly #socket: Socket;
  readonly #end: (exit: Partial<SandboxExit>) => void;
  readonly #output: (output: SandboxOutput, isUnread?: boolean) => void;

  constructor(
    socket: Socket,
    end: (exit: Partial<SandboxExit>) => void,
    output: (output: SandboxOutput, isUnread?: boolean) => void,
  ) {
    this.#socket = socket;
    this.#end = end;
    this.#output = output;
  }

  send(frame: InstanceFrame, body: Uint8Array | string = ''): void {
    this.sendRaw(encodeFrame(frame, Buffer.from(body)));
  }

  /** Writes unframed bytes: half frames, garbage, huge lengths. */
  sendRaw(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Its processes stay after the end of the link. */
  stay(): void {
    this.#socket.removeAllListeners('close');
  }

  /** Closes the link, but its processes stay. */
  hangUp(): void {
    this.stay();
    this.#socket.destroy();
  }

  log(requestId: string, text: string, level: LogLevel = 'INFO'): void {
    this.send({ type: 'log', requestId, level, time: Date.now() }, text);
  }

  /** Raw output outside of the link. */
  output(text: string, stream: SandboxOutput['stream'] = 'stdout'): void {
    this.#output({ stream, text });
  }

  /** The same, still unread in its pipe: it arrives when the output is flushed. */
  unreadOutput(text: string, stream: SandboxOutput['stream'] = 'stdout'): void {
    this.#output({ stream, text }, true);
  }

  /** The first process ends. */
  exit(exitCode: number): void {
    this.#end({ exitCode });
  }

  /** The first process is killed by a signal. */
  crash(signal = 'SIGSEGV'): void {
    this.#end({ signal });
  }

  /** The kernel kills the sandbox for memory. */
  exhaustMemory(peakMemoryBytes: number): void {
    this.#end({ signal: 'SIGKILL', oomKilled: true, peakMemoryBytes });
  }

  /** The sandbox ends with its `/tmp` full. */
  fillTmp(exitCode = 1): void {
    this.#end({ exitCode, tmpFull: true });
  }
}

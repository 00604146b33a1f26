import type { AttachTarget } from '../attach/attacher.ts';
import { HelperProcess, type HelperWords } from '../attach/helper-process.ts';
import { PLATFORM_ADDRESS } from '../protocol.ts';
import { type DoorHandle, isDoorHandle } from './door-handle.ts';

const WORDS: HelperWords = {
  name: 'doors helper',
  failure: 'the sandbox could not be given the address of the platform',
  code: 'DOOR_FAILED',
};

/** A socket that listens inside a sandbox. */
export interface Door {
  readonly sandboxId: string;
  readonly port: number;
  readonly handle: DoorHandle;
}

/**
 * Opens sockets inside sandboxes, at `PLATFORM_ADDRESS` of their own loopback interface. After the death of the helper
 * program the next request restarts it.
 */
export class Doors {
  readonly #program: string;
  readonly #onOpen: (door: Door) => void;
  #running: Promise<HelperProcess> | undefined;

  private constructor(program: string, onOpen: (door: Door) => void) {
    this.#program = program;
    this.#onOpen = onOpen;
  }

  /** `onOpen` gets each socket and owns it. Throws `DOOR_FAILED` when the program cannot run. */
  static async open(program: string, onOpen: (door: Door) => void): Promise<Doors> {
    const doors = new Doors(program, onOpen);
    await doors.#start();
    return doors;
  }

  /** Throws `DOOR_FAILED`; then some of the sockets may be open. */
  async make({ id, pid, startTime }: AttachTarget, ports: readonly number[]): Promise<void> {
    const running = await this.#start();
    await running.request([pid, startTime, id, PLATFORM_ADDRESS, ports.join(',')]);
  }

  async close(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    await running?.close();
  }

  #start(): Promise<HelperProcess> {
    if (this.#running !== undefined) return this.#running;
    const starting = HelperProcess.start(this.#program, WORDS, (message, handle) => this.#receive(message, handle));
    this.#running = starting;
    const forget = () => {
      if (this.#running === starting) this.#running = undefined;
    };
    starting.then((helper) => helper.ended).then(forget, forget);
    return starting;
  }

  #receive(message: unknown, handle: unknown): void {
    if (!isDoorHandle(handle)) return;
    const { door: sandboxId, port } = Object(message) as { readonly door?: unknown; readonly port?: unknown };
    if (typeof sandboxId === 'string' && typeof port === 'number') this.#onOpen({ sandboxId, port, handle });
    else handle.close();
  }
}

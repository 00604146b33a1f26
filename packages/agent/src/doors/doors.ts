import type { AttachTarget } from '../attach/attacher.ts';
import type { HelperWords } from '../attach/helper-process.ts';
import { LastingHelper } from '../attach/lasting-helper.ts';
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
  readonly #helper: LastingHelper;

  private constructor(helper: LastingHelper) {
    this.#helper = helper;
  }

  /** `onOpen` gets each socket and owns it. Throws `DOOR_FAILED` when the program cannot run. */
  static async open(program: string, onOpen: (door: Door) => void): Promise<Doors> {
    return new Doors(await LastingHelper.open(program, WORDS, (message, handle) => receive(message, handle, onOpen)));
  }

  /** Throws `DOOR_FAILED`; then some of the sockets may be open. */
  async make({ id, pid, startTime }: AttachTarget, ports: readonly number[]): Promise<void> {
    const helper = await this.#helper.process();
    await helper.request([pid, startTime, id, PLATFORM_ADDRESS, ports.join(',')]);
  }

  close(): Promise<void> {
    return this.#helper.close();
  }
}

function receive(message: unknown, handle: unknown, onOpen: (door: Door) => void): void {
  if (!isDoorHandle(handle)) return;
  const { door: sandboxId, port } = Object(message) as { readonly door?: unknown; readonly port?: unknown };
  if (typeof sandboxId === 'string' && typeof port === 'number') onOpen({ sandboxId, port, handle });
  else handle.close();
}

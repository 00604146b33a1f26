import type { SendHandle } from 'node:child_process';

/**
 * A socket of the event loop, as Node.js sends one that it does not know as a `Server` (`net.Native`). A `Server` would accept
 * connections in every process that it passes; here they wait in the kernel for the one that listens.
 */
export interface DoorHandle {
  close(): void;
}

export function isDoorHandle(handle: unknown): handle is DoorHandle {
  return typeof (Object(handle) as Partial<DoorHandle>).close === 'function';
}

/** What `send` takes: its types do not know bare handles. */
export function sendable(handle: DoorHandle): SendHandle {
  return handle as unknown as SendHandle;
}

import type { Socket } from 'node:net';

/** A connection, as the library has it. */
export interface ReceivingConnection {
  readonly socket: Pick<Socket, 'destroyed' | 'destroy'>;
  processData(chunk: Buffer): void;
}

const changed = new WeakSet<ReceivingConnection>();

/**
 * Ends a connection whose bytes the library cannot read, such as a response that is too short for what each one has: it
 * throws out of the handler of the socket, which would end the process. It also goes on with bytes of a connection that was
 * just ended.
 */
export function refuseBrokenResponses(prototype: ReceivingConnection): void {
  if (changed.has(prototype)) return;
  changed.add(prototype);
  const { processData } = prototype;
  prototype.processData = function (this: ReceivingConnection, chunk: Buffer): void {
    const { socket } = this;
    if (socket.destroyed) return;
    try {
      processData.call(this, chunk);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      socket.destroy(new Error(`the broker sent a response that cannot be read: ${cause.message}`, { cause }));
    }
  };
}

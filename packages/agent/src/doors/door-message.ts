import type { Door } from './doors.ts';

/** The message that accompanies a socket on its way to the server. */
export type DoorMessage = Omit<Door, 'handle'>;

/** Only the agent, which is trusted, sends on this channel. */
export function doorIn(message: unknown): DoorMessage {
  const { sandboxId, port } = Object(message) as Partial<DoorMessage>;
  return { sandboxId: sandboxId ?? '', port: port ?? 0 };
}

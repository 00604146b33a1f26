import type { Duplex } from 'node:stream';
import type { AgentMessage } from './protocol.ts';

const MAX_LINE = 4 << 20;
const MAX_UNREAD_OUTPUT = 4 << 20;
const LOST = '[output lost: it came faster than it could be read]\n';

/** Lines to and from the server. A server that reads slowly loses output of sandboxes, never a reply or an exit. */
export class Connection {
  readonly #socket: Duplex;
  /** Sandboxes whose output was dropped; a note marks the gap. */
  readonly #lost = new Set<string>();

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  send(message: AgentMessage): void {
    if (!this.#socket.writable) return;
    if ('event' in message && message.event === 'output') {
      if (this.#socket.writableLength > MAX_UNREAD_OUTPUT) {
        this.#lost.add(message.id);
        return;
      }
      if (this.#lost.delete(message.id)) this.#write({ ...message, text: LOST });
    }
    // Last chance: no message of this sandbox follows its exit.
    if ('event' in message && message.event === 'exited' && this.#lost.delete(message.id))
      this.#write({ event: 'output', id: message.id, stream: 'stderr', text: LOST });
    this.#write(message);
  }

  #write(message: AgentMessage): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Calls `onLine` for each line until the socket ends, breaks, or sends a line of more than 4 MiB; then `onEnd`, once. */
  listen(onLine: (line: string) => void, onEnd: () => void): void {
    const socket = this.#socket;
    let pending = '';
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      socket.destroy();
      onEnd();
    };
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (pending + chunk).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) if (line !== '') onLine(line);
      if (pending.length > MAX_LINE) end();
    });
    socket.on('end', end);
    socket.on('error', end);
    socket.on('close', end);
  }
}

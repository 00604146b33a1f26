import { once } from 'node:events';
import { connect } from 'node:net';

const PIECE_BYTES = 1024 * 1024;

/** A connection that sends the given bytes unchanged. */
export interface RawConnection {
  /** Status of the first answer; undefined before it. */
  readonly status: () => number | undefined;
  /** Of all answers. */
  readonly statuses: () => readonly number[];
  /** All that came, as soon as an answer has its head or the connection ends. */
  readonly answer: Promise<string>;
  readonly send: (text: string | Buffer) => void;
  /** Sends this many spaces as fast as the other side takes them. */
  readonly pour: (bytes: number) => Promise<void>;
  readonly isClosed: () => boolean;
  readonly end: () => void;
}

export async function openRaw(endpoint: string, localAddress = '127.0.0.1'): Promise<RawConnection> {
  const { port, hostname } = new URL(endpoint);
  const socket = connect({ port: Number(port), host: hostname, localAddress });
  let text = '';
  const answer = new Promise<string>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n\r\n')) resolve(text);
    });
    socket.on('close', () => resolve(text));
  });
  await once(socket, 'connect');
  socket.on('error', () => {});
  return {
    answer,
    status() {
      const found = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      return found === undefined ? undefined : Number(found);
    },
    statuses: () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)),
    send: (part) => void socket.write(part),
    async pour(bytes) {
      const piece = Buffer.alloc(PIECE_BYTES, ' ');
      for (let sent = 0; sent < bytes && !socket.destroyed; sent += piece.length) {
        await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
      }
    },
    isClosed: () => socket.destroyed,
    end: () => socket.destroy(),
  };
}

/** Sends the head of a request whose body is yet to come. */
export async function openRequest(
  endpoint: string,
  lines: readonly string[],
  localAddress?: string,
): Promise<RawConnection> {
  const connection = await openRaw(endpoint, localAddress);
  connection.send(`${lines.join('\r\n')}\r\nHost: ${new URL(endpoint).host}\r\n\r\n`);
  return connection;
}

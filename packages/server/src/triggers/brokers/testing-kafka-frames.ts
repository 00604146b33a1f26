import type { Socket } from 'node:net';

/** Calls `take` with each frame of Kafka's protocol, without its length. */
export function eachFrame(socket: Socket, take: (frame: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE()) {
      const end = 4 + bytes.readInt32BE();
      take(Buffer.from(bytes.subarray(4, end)));
      bytes = bytes.subarray(end);
    }
  });
}

export function framed(frame: Buffer): Buffer {
  return Buffer.concat([int32(frame.length), frame]);
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Connection } from './connection.ts';

const exit = {
  exitCode: 0,
  signal: null,
  oomKilled: false,
  peakMemoryBytes: 0,
  cpuMs: 0,
  tmpFull: false,
};

function flooded(): { connection: Connection; read: () => string[] } {
  const socket = new PassThrough({ highWaterMark: 1 });
  const connection = new Connection(socket);
  for (let i = 0; i < 6; i++)
    connection.send({ event: 'output', id: 's', stream: 'stdout', text: 'x'.repeat(1 << 20) });
  const read = (): string[] => {
    const lines: string[] = [];
    for (;;) {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return lines;
      lines.push(...chunk.toString().split('\n').filter(Boolean));
    }
  };
  return { connection, read };
}

const texts = (lines: readonly string[]): string[] =>
  lines.map((line) => {
    const { event, text } = JSON.parse(line) as { event: string; text?: string };
    return text?.slice(0, 12) ?? event;
  });

it('marks output that was dropped because the server read slowly', () => {
  const { connection, read } = flooded();
  const first = texts(read());
  connection.send({ event: 'output', id: 's', stream: 'stdout', text: 'after' });
  expect([first.includes('[output lost'), texts(read())]).toEqual([false, ['[output lost', 'after']]);
});

it('marks it before the exit at the latest', () => {
  const { connection, read } = flooded();
  connection.send({ event: 'exited', id: 's', exit });
  expect(texts(read()).slice(-2)).toEqual(['[output lost', 'exited']);
});

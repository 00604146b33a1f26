import { Server } from 'node:net';
import { beforeEach, expect, it } from 'vitest';
import { DoorBuffer } from './door-buffer.ts';

let buffer: DoorBuffer;
let calls: string[];

beforeEach(() => {
  buffer = new DoorBuffer();
  calls = [];
});

class RecordedServer extends Server {
  override close(): this {
    calls.push('server closed');
    return this;
  }
}

function add(port: number): void {
  const listen = (): Server => {
    calls.push(`${port} listens`);
    return new RecordedServer();
  };
  buffer.add(port, { listen, close: () => calls.push(`${port} closed`) });
}

const listener = (port: number): void => void calls.push(`${port} served`);

it('lets connections wait in the kernel until the door has a listener', () => {
  add(80);
  expect(calls).toEqual([]);
  buffer.listen(listener);
  add(81);
  expect(calls).toEqual(['80 listens', '80 served', '81 listens', '81 served']);
});

it('closes doors that are served, doors that wait, and doors that come later', () => {
  add(80);
  buffer.close();
  add(81);
  expect(calls).toEqual(['80 closed', '81 closed']);
  buffer = new DoorBuffer();
  buffer.listen(listener);
  add(82);
  buffer.close();
  buffer.close();
  expect(calls.slice(-1)).toEqual(['server closed']);
  expect(calls.filter((call) => call === 'server closed')).toHaveLength(1);
});

import type { Socket } from 'node:net';
import type { InvokeFrame } from '@funcgraph/runtimes';
import { beforeEach, expect, it } from 'vitest';
import { FrameDecoder } from './frame-decoder.ts';
import { FrameWriter } from './frame-writer.ts';

const NONE = { accessKey: '', secretKey: '', securityAccessKey: '', securitySecretKey: '', securityToken: '' };
const CREDENTIALS = { ...NONE, authToken: '' };

/** What the socket got, by write. */
let writes: Buffer[];
let writer: FrameWriter;

beforeEach(() => {
  writes = [];
  const socket = { writableLength: 0, write: (bytes: Buffer) => writes.push(bytes), cork() {}, uncork() {} };
  writer = new FrameWriter(socket as unknown as Socket);
});

function invoke(requestId: string, event: Buffer, waits: boolean): void {
  const frame: InvokeFrame = {
    type: 'invoke',
    requestId,
    timeoutMs: 1000,
    invokeType: 'sync',
    credentials: CREDENTIALS,
  };
  writer.invoke(frame, event, waits);
}

/** Request or type of each frame, in the order in which the instance reads them, with the length of its body. */
function frames(): [string, number][] {
  const read: [string, number][] = [];
  const decoder = new FrameDecoder((header, body) => {
    const { requestId, type } = JSON.parse(header.toString());
    read.push([requestId ?? type, body.length]);
  });
  decoder.push(Buffer.concat(writes));
  return read;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('requests that may wait leave together at the end of the turn', async () => {
  for (const id of ['a', 'b', 'c']) invoke(id, Buffer.from('{}'), true);
  expect(writes).toHaveLength(0);
  await turn();
  expect(writes).toHaveLength(1);
  expect(frames()).toEqual([
    ['a', 2],
    ['b', 2],
    ['c', 2],
  ]);
});

it('no frame overtakes one that waits, whether it is short, long or of another kind', () => {
  invoke('a', Buffer.from('{}'), true);
  writer.send({ type: 'recall' });
  invoke('b', Buffer.from('{}'), true);
  invoke('long', Buffer.alloc(100_000), true);
  expect(frames()).toEqual([
    ['a', 2],
    ['recall', 0],
    ['b', 2],
    ['long', 100_000],
  ]);
});

it('requests that wait when the link ends are not written', async () => {
  invoke('a', Buffer.from('{}'), true);
  writer.close();
  await turn();
  expect(writes).toHaveLength(0);
});

import { createRequire } from 'node:module';
import { PassThrough, type Readable } from 'node:stream';
import { expect, it } from 'vitest';

type Write = (piece: Buffer, sent: () => void) => void;
const { sendAll } = createRequire(import.meta.url)('../../nodejs/chunks.js') as {
  sendAll(stream: Readable, sender: { readonly write: Write }, done: () => void): void;
};

it.each([true, false])('a stream is sent when its last piece is, however early it ended (held: %s)', async (isHeld) => {
  const stream = new PassThrough();
  const texts: string[] = [];
  let release = (): void => undefined;
  let isDone = false;
  const write: Write = (piece, sent) => {
    texts.push(piece.toString());
    if (isHeld) release = sent;
    else sent();
  };
  sendAll(stream, { write }, () => {
    isDone = true;
  });
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
  };
  stream.write('one');
  stream.end('two');
  await settle();
  if (isHeld) {
    expect([texts, isDone]).toEqual([['one'], false]);
    release();
    await settle();
    expect([texts, stream.readableEnded, isDone]).toEqual([['one', 'two'], true, false]);
    release();
  }
  expect([texts, isDone]).toEqual([['one', 'two'], true]);
});

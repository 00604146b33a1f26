import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BodyRoom } from './body-budget.ts';
import { eventTooLarge, takeBody } from './read-body.ts';

const PATIENCE = { timeout: 120_000, interval: 5 };
const OPTIONS = {
  limitBytes: 1000,
  tooLarge: eventTooLarge,
  room: () => new BodyRoom(() => undefined),
  watch: undefined,
  expectsContinue: false,
};

let server: Server;
beforeEach(() => {
  server = createServer();
  server.listen(0, '127.0.0.1');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A request whose last piece waits in memory, with its end, while the first one is being taken. */
async function inTwoPieces() {
  await once(server, 'listening');
  const sent = request({ port: (server.address() as AddressInfo).port, method: 'POST', agent: false });
  sent.on('error', () => undefined);
  sent.write('one');
  const [received, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  const pieces: { readonly text: string; readonly taken: PromiseWithResolvers<void> }[] = [];
  let outcome: string | undefined;
  takeBody(received, response, OPTIONS, (piece) => {
    const taken = Promise.withResolvers<void>();
    pieces.push({ text: piece.toString(), taken });
    return taken.promise;
  }).then(
    () => {
      outcome = 'whole';
    },
    ({ message }: Error) => {
      outcome = message;
    },
  );
  await expect.poll(() => pieces.length, PATIENCE).toBe(1);
  sent.end('two');
  await expect.poll(() => received.complete, PATIENCE).toBe(true);
  pieces[0]?.taken.resolve();
  await expect.poll(() => pieces.length, PATIENCE).toBe(2);
  await expect.poll(() => received.closed, PATIENCE).toBe(true);
  expect([pieces.map(({ text }) => text), outcome]).toEqual([['one', 'two'], undefined]);
  return { last: pieces[1]?.taken, outcome: () => outcome };
}

it('a body is read when its last piece was taken, however early it ended', async () => {
  const { last, outcome } = await inTwoPieces();
  last?.resolve();
  await expect.poll(outcome, PATIENCE).toBe('whole');
});

it('a body whose last piece cannot be taken fails', async () => {
  const { last, outcome } = await inTwoPieces();
  last?.reject(new Error('the disk is full'));
  await expect.poll(outcome, PATIENCE).toBe('the disk is full');
});

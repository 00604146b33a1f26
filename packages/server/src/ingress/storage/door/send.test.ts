import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../../lib/manual-clock.ts';
import { ClientGone } from '../../bodies/read-body.ts';
import type { Answer } from '../answers/answer.ts';
import { send } from './send.ts';

let server: Server;
let clock: ManualClock;
let sent: Promise<unknown>;
let ended: boolean;

async function* endless(): AsyncGenerator<Buffer> {
  try {
    for (;;) yield Buffer.alloc(64 * 1024);
  } finally {
    ended = true;
  }
}

const answer: Answer = { status: 200, headers: [], body: { bytes: endless(), length: 2 ** 40 } };

beforeEach(async () => {
  clock = new ManualClock();
  ended = false;
  server = createServer((incoming, response: ServerResponse) => {
    const body = { bytes: endless(), length: 2 ** 40 };
    const options = { requestId: 'r', dialect: 'aws', clock, close: false } as const;
    sent = send(incoming, response, { ...answer, body }, options).then(
      () => 'sent',
      (error: unknown) => error,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function open(): Promise<IncomingMessage> {
  const sending = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  sending.on('error', () => {}).end();
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
}

describe('an object on its way', () => {
  it('is cut for a client that takes nothing, and its file is closed', async () => {
    await open();
    await vi.waitFor(
      () => {
        clock.advance(10_000);
        expect(ended).toBe(true);
      },
      { timeout: 120_000 },
    );
    expect(await sent).toBeInstanceOf(ClientGone);
  });

  it('goes on for a client that takes it, whatever the time', async () => {
    const response = await open();
    let taken = 0;
    for await (const piece of response) {
      taken += (piece as Buffer).length;
      clock.advance(20);
      if (taken > 64 * 1024 * 1024) break;
    }
    expect(taken).toBeGreaterThan(64 * 1024 * 1024);
    expect(await sent).toBeInstanceOf(ClientGone);
    expect(ended).toBe(true);
  });
});

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('reads what has arrived before it runs what is due after reads', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [peer] = await accepted;
  const order: string[] = [];
  try {
    await new Promise<void>((resolve) => {
      client.on('data', () => order.push('read'));
      // timers are next in the event loop
      setImmediate(() => {
        peer.write('x');
        systemClock.after(1, () => order.push('timer'));
        systemClock.afterReads(1, () => {
          order.push('after reads');
          resolve();
        });
        // both are due and the bytes have arrived
        const until = performance.now() + 20;
        while (performance.now() < until);
      });
    });
    expect(order).toEqual(['timer', 'read', 'after reads']);
  } finally {
    client.destroy();
    peer.destroy();
    server.close();
  }
});

it('cancels what is due after reads, at any time', async () => {
  let runs = 0;
  const cancelled = systemClock.afterReads(0, () => {
    runs += 1;
  });
  cancelled.cancel();
  const late = systemClock.afterReads(1, () => {
    runs += 1;
  });
  const timer = new Promise<void>((resolve) =>
    systemClock.after(1, () => {
      // what is due has seen its timer, and waits for the reads
      late.cancel();
      resolve();
    }),
  );
  // both are due when the event loop runs timers
  const until = performance.now() + 20;
  while (performance.now() < until);
  await timer;
  await new Promise((resolve) => systemClock.afterReads(1, () => resolve(undefined)));
  expect(runs).toBe(0);
});

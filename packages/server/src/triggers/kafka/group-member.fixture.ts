import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { BrokerBatch } from '../brokers/broker-session.ts';
import { ReadRoom } from '../brokers/read-room.ts';
import { consumeKafka } from './consume-kafka.ts';

/** A process for the test of groups: a member that writes each message when it is done with it, until it is killed. */
const [address = '', topic = '', group = '', sessionMs = ''] = process.argv.slice(2);
const HANDLING_MS = 20;

const brokers = address.split(',').map((one) => {
  const [host = '', port = ''] = one.split(':');
  return { host, port: Number(port) };
});
const connection = {
  brokers,
  settings: { topics: [topic], tls: false, user: '', batchSize: 1 },
  password: undefined,
  group,
  allowed: new Set(brokers.map(({ host }) => host)),
  failures: 0,
  share: new ReadRoom(1e9).enter('p'),
  sessionMs: Number(sessionMs),
};
const session = {
  signal: new AbortController().signal,
  onConnected: () => undefined,
  handle: async ({ messages }: BrokerBatch) => {
    await setTimeout(HANDLING_MS);
    // whole even when the process is killed
    writeSync(1, messages.map((text) => `${text}\n`).join(''));
  },
};
// connects again after each failure, like the trigger: the mock cluster refuses members that join at the same time
for (;;) await consumeKafka(connection, session).catch(() => setTimeout(100));

import { afterEach, expect, it } from 'vitest';
import { Secret } from '../../lib/secret.ts';
import type { BrokerBatch } from '../brokers/broker-session.ts';
import { HostileKafka, kafkaBytes } from '../brokers/testing-hostile-kafka.ts';
import { int16 } from '../brokers/testing-kafka-frames.ts';
import { consumeKafka } from './consume-kafka.ts';

let kafka: HostileKafka;
let control = new AbortController();
afterEach(() => {
  control.abort();
  control = new AbortController();
  kafka.stop();
});

interface Options {
  readonly answers?: Parameters<typeof HostileKafka.start>[0];
  readonly handle?: (batch: BrokerBatch) => Promise<void>;
  readonly user?: string;
}

/** The error of a consumer of a cluster that answers so; `none` when it ended without one. */
async function read({ answers = {}, handle = () => Promise.resolve(), user = '' }: Options): Promise<string> {
  kafka = await HostileKafka.start(answers);
  const connection = {
    brokers: [{ host: '127.0.0.1', port: kafka.port }],
    settings: { topics: ['orders'], tls: false, user, batchSize: 100 },
    password: user === '' ? undefined : new Secret('secret'),
    group: 'g',
    allowed: new Set(['127.0.0.1']),
    failures: 0,
  };
  const { signal } = control;
  return consumeKafka(connection, { signal, onConnected: () => undefined, handle }).then(
    () => 'none',
    ({ message }: Error) => message,
  );
}

it.each([2 ** 31 - 1, 100_001])(
  'a login by SCRAM with %i iterations is refused, before any is computed',
  async (iterations) => {
    const login = (request: Buffer): Buffer => {
      const nonce = /r=([^,]*)/.exec(request.toString())?.[1];
      const text = Buffer.from(`r=${nonce}x,s=${Buffer.from('salt').toString('base64')},i=${iterations}`);
      return Buffer.concat([int16(0), int16(-1), kafkaBytes(text)]);
    };
    const error = await read({ answers: { login }, user: 'u' });
    expect(error).toContain(`the broker asks for ${iterations} iterations, more than 100000`);
    expect(kafka.seen.get('login')).toBe(1);
  },
);

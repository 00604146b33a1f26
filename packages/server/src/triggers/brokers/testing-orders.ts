import type { KafkaSource } from '../kafka/consume-kafka.ts';
import type { RabbitmqSource } from '../rabbitmq/consume-rabbitmq.ts';
import type { ReadOrder } from './reader-calls.ts';

const HOST = '127.0.0.1';
const allowed: ReadonlySet<string> = new Set([HOST]);

/** To read from a broker of this machine, for a trigger of a project. */
export function kafkaOrder(port: number, project: string): ReadOrder {
  const connection: KafkaSource = {
    brokers: [{ host: HOST, port }],
    settings: { topics: ['orders'], tls: false, user: '', batchSize: 100 },
    password: undefined,
    group: 'g',
    allowed,
    failures: 0,
  };
  return { triggerId: `trigger of ${project}`, owner: project, source: { client: 'kafka', connection } };
}

/** The same; the password is `secret-1`. */
export function rabbitmqOrder(port: number, project: string): ReadOrder {
  const connection: RabbitmqSource = {
    broker: { host: HOST, port },
    settings: { user: 'ann', vhost: '/', exchange: 'orders', tls: false, batchSize: 10 },
    password: 'secret-1',
    queue: 'q',
    allowed,
  };
  return { triggerId: `trigger of ${project}`, owner: project, source: { client: 'rabbitmq', connection } };
}

import { hasKcat, NO_KCAT, TestKafka } from '../../../packages/server/src/triggers/brokers/testing-kafka.ts';
import {
  hasRabbitmq,
  NO_RABBITMQ,
  TestRabbitmq,
} from '../../../packages/server/src/triggers/brokers/testing-rabbitmq.ts';
import { Backlog } from '../backlog.ts';
import { atLeast, type Row } from '../report.ts';
import { type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';

const MESSAGES = 20_000;
const A_BATCH = 100;
const PARTITIONS = 4;
const EXCHANGE = 'bench';
const TOPIC = 'bench';
const TEXTS = Array.from({ length: MESSAGES }, (_, n) => `${n}`.padEnd(100, 'x'));

interface Subject {
  readonly target: Target;
  readonly urn: string;
  /** Asynchronous calls of the same function a second. */
  readonly drained: number;
}

/** Messages that wait at a broker, run by a trigger; beside asynchronous calls of the same function. */
export const brokers: Section = async (bench) => {
  process.env.FGS_BROKER_HOSTS = '127.0.0.1';
  return withTarget(bench, [], async (target) => {
    const backlog = await Backlog.hold(bench, target, 'consumer');
    if (backlog === undefined) return [];
    bench.progress('asynchronous calls');
    await backlog.accept(bench);
    const { perSecond: drained } = await backlog.drain();
    const subject = { target, urn: backlog.urn, drained };
    const rows: Row[] = [];
    if (hasRabbitmq()) rows.push(await rabbitmq(subject));
    else bench.progress(NO_RABBITMQ);
    if (hasKcat()) rows.push(await kafka(subject));
    else bench.progress(NO_KCAT);
    return rows;
  });
};

async function rabbitmq(subject: Subject): Promise<Row> {
  const broker = await TestRabbitmq.start();
  try {
    await broker.publish(EXCHANGE);
    const login = { access_user: 'guest', access_password: 'guest' };
    const place = { connect_address: `127.0.0.1:${broker.port}`, exchange_name: EXCHANGE, ...login };
    // its queue is made when it connects
    const { id, enable } = await makeTrigger(subject, 'RABBITMQ', place);
    const queue = `funcgraph-${id}`;
    while ((await broker.waiting(queue)) === undefined) await pause();
    await enable(false);
    await broker.publish(EXCHANGE, ...TEXTS);
    const begun = performance.now();
    await enable(true);
    while ((await broker.waiting(queue)) !== 0) await pause();
    return rowOf('RabbitMQ', performance.now() - begun, subject);
  } finally {
    await broker.stop();
  }
}

async function kafka(subject: Subject): Promise<Row> {
  const cluster = await TestKafka.start();
  try {
    await cluster.makeTopic(TOPIC, PARTITIONS);
    for (let from = 0; from < MESSAGES; from += 1_000) await cluster.publish(TOPIC, TEXTS.slice(from, from + 1_000));
    const place = { kafka_connect_address: cluster.address, topic_ids: [TOPIC] };
    const begun = performance.now();
    const { id } = await makeTrigger(subject, 'KAFKA', place);
    while ((await cluster.committed(`funcgraph-${id}`, TOPIC)) < MESSAGES) await pause();
    return rowOf('Kafka', performance.now() - begun, subject);
  } finally {
    await cluster.stop();
  }
}

async function makeTrigger({ target, urn }: Subject, trigger_type_code: 'RABBITMQ' | 'KAFKA', place: object) {
  const { client, credentials } = target;
  const params = { project_id: credentials.project_id, function_urn: urn };
  const body = { trigger_type_code, event_data: { ...place, batch_size: A_BATCH } };
  const { data } = await client.call('createFunctionTrigger', { params, body });
  const trigger = { ...params, trigger_type_code, trigger_id: data.trigger_id };
  const enable = (enabled: boolean): Promise<unknown> =>
    client.call('updateTrigger', { params: trigger, body: { trigger_status: enabled ? 'ACTIVE' : 'DISABLED' } });
  return { id: data.trigger_id, enable };
}

const rowOf = (broker: string, ms: number, { drained }: Subject): Row =>
  atLeast(`messages of ${broker} run by a trigger, ${A_BATCH} a batch`, (MESSAGES / ms) * 1000, '/s', drained, 1);

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRabbitmq, NO_RABBITMQ, TestRabbitmq } from '../../packages/server/src/triggers/brokers/testing-rabbitmq.ts';
import { TestServer } from '../server.ts';
import { ACCOUNTING } from './account-folder.ts';
import { flowOfInputs, inputsOf } from './run-inputs.ts';

const ROUNDS = 2;
const MESSAGES_A_ROUND = 30;
const EXCHANGE = 'orders';

interface BrokerEvent {
  readonly records: readonly { readonly messages: readonly string[] }[];
}

describe.skipIf(!hasRabbitmq())(`with RabbitMQ${hasRabbitmq() ? '' : ` (${NO_RABBITMQ})`}`, () => {
  let server: TestServer;
  let rabbitmq: TestRabbitmq;
  beforeAll(async () => {
    [server, rabbitmq] = await Promise.all([
      TestServer.start({ args: ACCOUNTING, env: { FGS_BROKER_HOSTS: '127.0.0.1' } }),
      TestRabbitmq.start(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), rabbitmq?.stop()]);
  });

  it('each message of the broker starts one run of a flow, whenever the server is killed', async () => {
    await rabbitmq.publish(EXCHANGE);
    const flow = await flowOfInputs(server, 'RABBITMQ', {
      connect_address: `127.0.0.1:${rabbitmq.port}`,
      access_user: 'guest',
      access_password: 'guest',
      exchange_name: EXCHANGE,
      batch_size: 1,
    });
    const started = async (): Promise<string[]> => {
      const inputs = (await inputsOf(server, flow)) as BrokerEvent[];
      return inputs.flatMap(({ records }) => records.flatMap(({ messages }) => messages)).toSorted();
    };
    // messages from before the queue of the trigger are lost
    const isConnected = async (): Promise<boolean> => {
      const { data } = await server.api.call('showWorkFlow', { params: flow });
      return data.triggers[0]?.connection?.state === 'CONNECTED';
    };
    await expect.poll(isConnected, { timeout: 120_000, interval: 100 }).toBe(true);
    const sent: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const texts = Array.from({ length: MESSAGES_A_ROUND }, (_, at) => `${round}-${at}`);
      const killAt = sent.length + Math.floor((Math.random() * MESSAGES_A_ROUND) / 2);
      await rabbitmq.publishWithIds(EXCHANGE, ...texts);
      sent.push(...texts);
      const count = async (): Promise<number> => (await started()).length;
      await expect.poll(count, { timeout: 120_000, interval: 20 }).toBeGreaterThanOrEqual(killAt);
      await server.kill('SIGKILL');
      await server.restart();
    }
    await expect.poll(started, { timeout: 120_000, interval: 300 }).toEqual(sent.toSorted());
  });
});

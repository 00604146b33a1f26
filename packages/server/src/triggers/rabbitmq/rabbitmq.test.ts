import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Trigger } from '../../control/index.ts';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { messageText } from '../brokers/message-batch.ts';
import { TRIGGERS } from '../kinds.ts';
import { rabbitmqEvent } from './rabbitmq-event.ts';
import { checkRabbitmq, type RabbitmqSettings, rabbitmqData, readRabbitmq } from './rabbitmq-settings.ts';

const DATA = {
  connect_address: 'broker.example',
  access_user: 'ann',
  access_password: 'secret-1',
  exchange_name: 'orders',
};

describe('the event of RabbitMQ messages', () => {
  it('is that of Kafka with an exchange', () => {
    const event = rabbitmqEvent(
      { instanceId: 'i1', exchange: 'or"ders' },
      { messages: ['one', '{"two": 2}'].map((text) => messageText(Buffer.from(text))), region: 'local-1', at: 1_999 },
    );
    expect(JSON.parse(event.toString())).toEqual({
      event_version: 'v1.0',
      event_time: 1,
      trigger_type: 'RABBITMQ',
      region: 'local-1',
      instance_id: 'i1',
      records: [{ messages: ['one', '{"two": 2}'], exchange: 'or"ders' }],
    });
  });

  it('is JSON with the texts of any messages', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
        const messages = texts.map((text) => messageText(Buffer.from(text)));
        const event = rabbitmqEvent({ instanceId: '', exchange: 'e' }, { messages, region: 'r', at: 0 });
        expect(JSON.parse(event.toString())).toMatchObject({ records: [{ messages: texts }] });
      }),
    );
  });
});

describe('settings of a RabbitMQ trigger', () => {
  it('have defaults, and no password when they are shown', () => {
    const settings = readRabbitmq(DATA);
    checkRabbitmq(settings);
    expect(rabbitmqData(settings)).toEqual({
      name: 'rabbitmq-orders',
      instance_id: '',
      connect_address: 'broker.example',
      access_user: 'ann',
      vhost: '/',
      exchange_name: 'orders',
      ssl_enable: false,
      batch_size: 100,
    });
    expect(JSON.stringify(settings)).not.toContain('secret-1');
  });

  it.each<[string, object, RegExp]>([
    ['no address', { connect_address: undefined }, /^connect_address is missing/],
    ['an address with a path', { connect_address: 'broker.example/x' }, /^connect_address has "broker.example\/x"/],
    ['a port of no machine', { connect_address: 'broker.example:70000' }, /^connect_address/],
    ['an address with a password', { connect_address: 'amqp://a:b@broker.example' }, /^connect_address/],
    ['too many addresses', { connect_address: Array(17).fill('b').join(',') }, /^connect_address has more than 16/],
    ['no user', { access_user: undefined }, /^access_user is missing/],
    ['no password', { access_password: '' }, /^access_password is missing/],
    ['no exchange', { exchange_name: undefined }, /^exchange_name is missing/],
    ['a long virtual host', { vhost: 'v'.repeat(256) }, /^vhost has more than 255 bytes/],
    ['a batch of nothing', { batch_size: 0 }, /^batch_size is 0/],
    ['a large batch', { batch_size: 1001 }, /^batch_size is 1001/],
  ])('cannot have %s', (_, change, message) => {
    expect(() => checkRabbitmq(readRabbitmq({ ...DATA, ...change }))).toThrow(
      expect.objectContaining({ code: 'invalid_rabbitmq_trigger', message: expect.stringMatching(message) }),
    );
  });
});

describe('the password of a RabbitMQ trigger', () => {
  const HELLO = { projectId: 'p1', package: 'default', name: 'hello' };
  let control: TestControl;
  beforeEach(async () => {
    control = await openTestControl({ triggers: TRIGGERS });
    await control.functions.create('p1', { name: 'hello', runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 });
  });
  afterEach(() => control.close());
  const create = (change: object = {}) =>
    control.triggers.create(HELLO, 'latest', { active: true, settings: readRabbitmq({ ...DATA, ...change }) });
  const update = ({ id, settings }: Trigger, change: object) =>
    control.triggers.update(
      { name: HELLO, qualifier: 'latest', kind: 'RABBITMQ', id },
      {
        settings: () =>
          readRabbitmq({ ...rabbitmqData(settings as RabbitmqSettings), ...change }, settings as RabbitmqSettings),
      },
    );

  it('is sealed where it is stored, and stays when others change', async () => {
    const before = await create();
    const after = await update(before, { batch_size: 5 });
    expect(after.settings).toMatchObject({
      batchSize: 5,
      password: { sealed: expect.any(String) },
    });
    expect((after.settings as RabbitmqSettings).password).toEqual((before.settings as RabbitmqSettings).password);
    const [row] = await control.storage.db.selectFrom('function_trigger').select('settings').execute();
    expect(row?.settings).toContain('sealed');
    expect(row?.settings).not.toMatch(/secret-1|\*\*\*/);
  });

  it.each([
    ['broker', { connect_address: 'other.example' }],
    ['user', { access_user: 'eve' }],
    ['virtual host', { vhost: 'v' }],
  ])('is not sent to another %s', async (_, change) => {
    const before = await create();
    await expect(update(before, change)).rejects.toThrow(/access_password is missing/);
    await update(before, { ...change, access_password: 'secret-2' });
  });

  it('is not sent without TLS when it was stored for TLS', async () => {
    const before = await create({ ssl_enable: true });
    await expect(update(before, { ssl_enable: false })).rejects.toThrow(/access_password is missing/);
  });

  it('is accepted for no broker of the internal network', async () => {
    await expect(create({ connect_address: 'broker.example,10.1.2.3:5673' })).rejects.toMatchObject({
      code: 'invalid_rabbitmq_trigger',
      message: "connect_address: 10.1.2.3:5673 is inside the server's own network",
      hint: expect.stringContaining('FGS_BROKER_HOSTS=10.1.2.3:5673'),
    });
  });
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { CheckpointStore } from '../consumers/checkpoint-store.ts';
import { TRIGGERS } from '../kinds.ts';
import { readRabbitmq } from '../rabbitmq/rabbitmq-settings.ts';
import { BrokerStateStore } from './broker-state-store.ts';

const HELLO = { projectId: 'p1', package: 'default', name: 'hello' };
const DATA = { connect_address: 'mq.example', access_user: 'ann', access_password: 'p', exchange_name: 'orders' };

let control: TestControl;
let store: BrokerStateStore;

beforeEach(async () => {
  control = await openTestControl({ triggers: TRIGGERS });
  store = new BrokerStateStore(control.storage.db);
  await control.functions.create('p1', { name: 'hello', runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 });
});
afterEach(() => control.close());

it('the last state of a broker is stored, and goes with its trigger', async () => {
  const { id } = await control.triggers.create(HELLO, 'latest', { active: true, settings: readRabbitmq(DATA) });
  await store.note(id, { error: 'refused', since: 5 });
  expect(await store.of([id, 'other'])).toEqual(new Map([[id, { error: 'refused', since: 5 }]]));
  await store.note(id, { error: undefined, since: 1_800_000_000_000 });
  expect(await store.of([id])).toEqual(new Map([[id, { error: undefined, since: 1_800_000_000_000 }]]));
  await control.triggers.delete({ name: HELLO, qualifier: 'latest', kind: 'RABBITMQ', id });
  await new CheckpointStore(control.storage.db).sweep();
  await store.note(id, { error: 'late', since: 6 });
  expect(await store.of([id])).toEqual(new Map());
});

it('a project has at most 20 triggers of brokers', async () => {
  for (let n = 0; n < 20; n += 1) {
    const name = `f${n}`;
    await control.functions.create('p1', { name, runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 });
    await control.triggers.create({ ...HELLO, name }, 'latest', { active: true, settings: readRabbitmq(DATA) });
  }
  await expect(
    control.triggers.create(HELLO, 'latest', { active: true, settings: readRabbitmq(DATA) }),
  ).rejects.toMatchObject({ code: 'trigger_quota' });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import { api, bucket, stream, TestFlowTriggers, timer, topic } from './testing.ts';

let flows: TestFlowTriggers;
beforeEach(async () => {
  flows = await TestFlowTriggers.open();
});
afterEach(() => flows.close());

async function faults(...triggers: Parameters<TestFlowTriggers['create']>[0]): Promise<string[]> {
  try {
    await flows.create(triggers, { name: 'second' });
    return [];
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return (error.violations ?? []).map(({ code, field }) => `${code} ${field}`);
  }
}

describe('triggers of a definition', () => {
  it.each([
    ['a cron expression that is none', [timer('every day')], ['F-121 triggers[0].trigger_config']],
    ['a day that never comes', [timer('0 0 0 31 2 ?')], ['F-121 triggers[0].trigger_config']],
    ['an API without a path', [api('')], ['F-123 triggers[0].trigger_config']],
    ['a path that is none', [api('users')], ['F-123 triggers[0].trigger_config']],
    ['a path that is no text', [api('/a', { path: 7 })], ['F-123 triggers[0].trigger_config']],
    [
      'an API that waits too long',
      [api('/a', { func_info: { timeout: 60_001 } })],
      ['F-123 triggers[0].trigger_config'],
    ],
    ['a protocol that is none', [api('/a', { protocol: 'FTP' })], ['F-123 triggers[0].trigger_config']],
    ['an API without authentication', [api('/a', { auth: 'NONE' })], ['F-125 triggers[0].trigger_config.auth']],
    [
      'a dedicated gateway without its id',
      [api('/a', {}, { trigger_type: 'APIG_DE' })],
      ['F-124 triggers[0].trigger_config'],
    ],
    [
      'an event source that does not exist here',
      [timer('0 0 0 * * ?'), { trigger_type: 'DDS', trigger_config: {} }],
      ['F-120 triggers[1].trigger_type'],
    ],
    [
      'a topic that the project does not have',
      [topic('urn:smn:local-1:p1:other')],
      ['X-53 triggers[0].trigger_config'],
    ],
    ['what is no topic', [topic('orders')], ['X-53 triggers[0].trigger_config']],
    [
      'a stream that the project does not have',
      [stream({ stream_name: 'other' })],
      ['X-53 triggers[0].trigger_config'],
    ],
    ['a batch of no records', [stream({ batch_size: 0 })], ['X-53 triggers[0].trigger_config']],
    ['a bucket that the project does not have', [bucket({ bucket: 'other' })], ['X-53 triggers[0].trigger_config']],
    ['an event of objects that is none', [bucket({ events: ['Rename'] })], ['X-53 triggers[0].trigger_config']],
    ['events that are no list', [bucket({ events: 'Put' })], ['X-53 triggers[0].trigger_config']],
    ['a prefix that is no text', [bucket({ prefix: 7 })], ['X-53 triggers[0].trigger_config']],
    [
      'two triggers for the same objects',
      [bucket({ prefix: 'in/' }), bucket({ events: ['Put'] }, { trigger_name: 'second' })],
      ['X-54 triggers[1].trigger_config'],
    ],
    [
      'two triggers of one type and name',
      [timer('0 0 0 * * ?'), timer('0 0 1 * * ?')],
      ['X-50 triggers[1].trigger_name'],
    ],
    [
      'two triggers of one path',
      [api('/a/{x}'), api('/a/{y}', {}, { trigger_name: 'other' })],
      ['X-51 triggers[1].trigger_config'],
    ],
  ])('refuse %s', async (_, triggers, expected) => {
    expect(await faults(...triggers)).toEqual(expected);
    expect([...flows.triggers.all()]).toEqual([]);
  });

  it('keep a disabled trigger of any type, which does nothing', async () => {
    const obs = { trigger_type: 'OBS', enabled: false, trigger_config: { bucket: 'b' } };
    const flow = await flows.create([obs, api('/a', {}, { enabled: false })]);
    expect((await flows.flows.definition(flow.definition)).triggers).toHaveLength(2);
    expect([...flows.triggers.all()]).toEqual([]);
  });
});

describe('paths of the gateway', () => {
  const HELLO = { projectId: 'p1', package: 'default', name: 'hello' };
  const settings = {
    ...{ kind: 'APIG', name: 'api', visibility: 1, path: '/a/{id}', protocol: 'HTTP', method: 'POST', groupId: 'g1' },
    ...{ groupName: 'g1', matchMode: 'SWA', envName: 'RELEASE', envId: 'x', auth: 'NONE', timeoutMs: 1, async: false },
  };
  const ofFunction = () => flows.control.triggers.create(HELLO, 'latest', { active: true, settings });
  beforeEach(() =>
    flows.control.functions.create('p1', { name: 'hello', runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 }),
  );

  it('belong to one flow', async () => {
    await flows.create([api('/a/{x}')]);
    expect(await faults(api('/a/{y}'))).toEqual(['X-51 triggers[0].trigger_config']);
    expect(await faults(api('/a/{y}', { env_name: 'test' }))).toEqual([]);
  });

  it('belong to a function or a flow', async () => {
    await ofFunction();
    expect(await faults(api('/a/{y}'))).toEqual(['X-51 triggers[0].trigger_config']);
  });

  it('are refused by the database too, whichever server took them', async () => {
    await flows.create([api('/a/{x}')]);
    // this server has not heard of the flow: its own check finds nothing
    await expect(ofFunction()).rejects.toMatchObject({ code: 'apig_trigger_exists' });
    const all = await flows.control.storage.db.selectFrom('function_trigger').selectAll().execute();
    expect(all).toEqual([]);
  });

  it('are swapped, moved and freed with the definition', async () => {
    const second = { trigger_name: 'second' };
    const flow = await flows.create([api('/a'), api('/b', {}, second)]);
    await flows.update(flow, [api('/b'), api('/a', {}, second)]);
    expect([...flows.triggers.all()].map(({ name, routeKey }) => `${name} ${routeKey}`).toSorted()).toEqual([
      'order p1 g1 RELEASE POST SWA /b',
      'second p1 g1 RELEASE POST SWA /a',
    ]);
    await flows.update(flow, [api('/a', {}, second)]);
    expect(await faults(api('/b'))).toEqual([]);
    await flows.flows.delete(flow);
    expect(await faults(api('/a'))).toEqual([]);
  });
});

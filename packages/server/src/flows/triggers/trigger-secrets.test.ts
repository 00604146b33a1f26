import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import type { FlowRights } from '../definitions/target-facts.ts';
import type { Flow } from '../types.ts';
import { kafka, TestFlowTriggers } from './testing.ts';

let flows: TestFlowTriggers;
beforeEach(async () => {
  flows = await TestFlowTriggers.open();
});
afterEach(() => flows.close());

const withPassword = (config: object = {}, more: object = {}) =>
  kafka({ kafka_password: 'pass-7421', ...config }, more);
/** The sealed password of the only trigger. */
const stored = (): unknown => [...flows.triggers.all()].map(({ settings }) => settings)[0];
const definitions = () => flows.control.storage.db.selectFrom('flow_definition').select('body').execute();

async function faultOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return error.violations?.map(({ code, message }) => `${code} ${message}`).join();
  }
}

describe('a password of a broker in a definition', () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await flows.create([withPassword()]);
  });

  it('is stored sealed with the trigger, and is no part of the stored definition', async () => {
    expect(stored()).toMatchObject({ user: 'ann', password: { sealed: expect.stringMatching(/^[A-Za-z0-9+/=]+$/) } });
    const rows = JSON.stringify([await definitions(), [...flows.triggers.all()]]);
    expect(rows).not.toContain('pass-7421');
    expect(JSON.stringify(await definitions())).not.toContain('kafka_password');
  });

  it('stays when the definition is saved as it is shown, or with other settings', async () => {
    const before = stored();
    expect(await flows.update(flow, [kafka()])).toBe(flow);
    await flows.update(flow, [kafka({ batch_size: 7, kafka_ssl_enable: true })]);
    expect(stored()).toEqual({ ...(before as object), batchSize: 7, tls: true });
  });

  it('is replaced by another one, though the stored definition is the same', async () => {
    const before = stored();
    const changed = await flows.update(flow, [withPassword({ kafka_password: 'other' })]);
    expect(changed.definition).toBe(flow.definition);
    expect(stored()).not.toEqual(before);
  });

  it.each([
    ['another address', { kafka_connect_address: 'evil.example:9092' }],
    ['another user', { kafka_user: 'bob' }],
  ])('is not sent to %s', async (_, config) => {
    const before = stored();
    expect(await faultOf(flows.update(flow, [kafka(config)]))).toContain('kafka_password is missing');
    expect(stored()).toEqual(before);
    expect(await faultOf(flows.update(flow, [withPassword(config)]))).toBe(undefined);
  });

  it('is missing after the trigger was disabled, renamed or removed, and for other flows', async () => {
    const missing = 'X-53 kafka_password is missing';
    expect(await faultOf(flows.create([kafka()], { name: 'second' }))).toBe(missing);
    expect(await faultOf(flows.update(flow, [kafka({}, { trigger_name: 'renamed' })]))).toBe(missing);
    await flows.update(flow, [withPassword({}, { enabled: false })]);
    expect(JSON.stringify(await definitions())).not.toContain('pass-7421');
    expect(await faultOf(flows.update(flow, [kafka()]))).toBe(missing);
  });

  it('is found by the check of a definition with the name of the flow', async () => {
    const definition = await flows.flows.definition(flow.definition);
    const rights: FlowRights = { ofFunction: () => 'usable', ofFlow: () => 'usable' };
    expect(await flows.flows.check('p1', definition, rights)).toEqual([]);
    expect(await flows.flows.check('p1', { ...definition, name: 'other' }, rights)).toHaveLength(1);
  });
});

describe('triggers of brokers', () => {
  it('of functions and flows are counted together', async () => {
    const open = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => withPassword({}, { trigger_name: `t${from + at}` }));
    const first = await flows.create(open(0, 10));
    await flows.create(open(0, 9), { name: 'second' });
    const hello = { runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 };
    await flows.control.functions.create('p1', { ...hello, name: 'hello' });
    const fn = { projectId: 'p1', package: 'default', name: 'hello' };
    const settings = { ...(stored() as { kind: string }), name: 'orders' };
    await flows.control.triggers.create(fn, 'latest', { active: true, settings });
    expect(await faultOf(flows.create(open(0, 1), { name: 'third' }))).toMatch(
      /the project has 20 triggers .*Delete triggers that are not needed\.$/,
    );
    // as many as before
    await flows.update(first, open(20, 10));
    expect(await faultOf(flows.update(first, open(20, 10), { description: 'the same' }))).toBe(undefined);
  });
});

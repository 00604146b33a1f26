import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import { TestFlowTriggers, timer } from './testing.ts';

let flows: TestFlowTriggers;
beforeEach(async () => {
  flows = await TestFlowTriggers.open();
});
afterEach(() => flows.close());

const firedAt = async (): Promise<string[]> => (await flows.started()).map((run) => run.slice(0, 8));

describe('timers of flows', () => {
  it('start a run for each tick, with the input of the extra information', async () => {
    await flows.serve();
    const flow = await flows.create([timer('0/2 * * * * ?', { a: [1] })]);
    await flows.pass(5);
    expect(await flows.started()).toEqual(['00:00:02 {"a":[1]}', '00:00:04 {"a":[1]}']);
    const { runs } = await flows.runs.list(flow, { from: 0, to: Number.MAX_SAFE_INTEGER, offset: 0, limit: 10 });
    expect(runs).toMatchObject([{ startedBy: 'tick' }, { startedBy: 'tick' }]);
  });

  it('start an express flow too, of which nothing is stored after its end', async () => {
    await flows.serve();
    await flows.serve();
    await flows.create([timer('0/2 * * * * ?')], { mode: 'EXPRESS', log_level: 'ALL' });
    await flows.pass(5);
    expect(flows.ended).toEqual(['success', 'success']);
    expect(await flows.started()).toEqual([]);
  });

  it('start one run for each tick, also when two servers look after them', async () => {
    await flows.serve();
    await flows.serve();
    await flows.create([timer('@every 1s')]);
    await flows.pass(4);
    expect(await firedAt()).toEqual(['00:00:01', '00:00:02', '00:00:03', '00:00:04']);
  });

  it('follow the saved definition: schedule, input, disabled, removed', async () => {
    await flows.serve();
    const flow = await flows.create([timer('@every 1s')]);
    await flows.pass(1);
    await flows.update(flow, [timer('@every 1s', { n: 2 })]);
    await flows.pass(1);
    await flows.update(flow, [timer('@every 1s', { n: 2 }, { enabled: false })]);
    await flows.pass(2);
    await flows.update(flow, [timer('0/3 * * * * ?', { n: 3 })]);
    await flows.pass(3);
    expect(await flows.started()).toEqual(['00:00:01 {"n":1}', '00:00:02 {"n":2}', '00:00:06 {"n":3}']);
    await flows.update(flow, []);
    await flows.pass(3);
    expect(await firedAt()).toHaveLength(3);
  });

  it('keep their beat when another part of the flow changes', async () => {
    await flows.serve();
    const flow = await flows.create([timer('@every 10s')]);
    await flows.pass(7);
    await flows.update(flow, [timer('@every 10s', { n: 2 })], { description: 'changed' });
    await flows.pass(4);
    expect(await flows.started()).toEqual(['00:00:10 {"n":2}']);
  });

  it('end with their flow', async () => {
    await flows.serve();
    const flow = await flows.create([timer('@every 1s')]);
    await flows.pass(1);
    await flows.flows.delete(flow);
    await flows.pass(3);
    expect(await firedAt()).toEqual(['00:00:01']);
    expect([...flows.triggers.all()]).toEqual([]);
  });

  it('keep a tick while it cannot be stored, and start its run once', async () => {
    let fails = 2;
    await flows.serve({
      start: (request) => {
        fails -= 1;
        return fails >= 0 ? Promise.reject(new Error('disk full')) : flows.runs.start(request);
      },
    });
    await flows.create([timer('0 * * * * ?')]);
    await flows.pass(64);
    expect(await firedAt()).toEqual(['00:01:00']);
  });

  it('leave out a tick whose run is refused by a quota', async () => {
    let isFull = true;
    await flows.serve({
      start: (request) =>
        isFull ? Promise.reject(new PlatformError('flow_run_quota', 'full')) : flows.runs.start(request),
    });
    await flows.create([timer('@every 2s')]);
    await flows.pass(3);
    isFull = false;
    await flows.pass(2);
    expect(await firedAt()).toEqual(['00:00:04']);
  });
});

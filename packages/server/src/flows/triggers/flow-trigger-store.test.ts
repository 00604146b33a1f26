import { afterEach, beforeEach, expect, it } from 'vitest';
import { isGuard } from '../../storage/index.ts';
import { TestFlowTriggers, timer } from './testing.ts';

let flows: TestFlowTriggers;
beforeEach(async () => {
  flows = await TestFlowTriggers.open();
});
afterEach(() => flows.close());

const only = () => [...flows.triggers.all()][0] ?? expect.fail('no trigger');

async function note(tick: number, { steady = tick, lastBefore = -1, trigger = only() } = {}): Promise<boolean> {
  const { storage } = flows.control;
  try {
    await storage.atomic([flows.triggers.store.ticks.note(trigger, { tick, steady, lastBefore })]);
    return true;
  } catch (error) {
    if (isGuard(error)) return false;
    throw error;
  }
}

it('notes a tick once, none before it, and an earlier one again when its interval has passed', async () => {
  await flows.create([timer('@every 1s')]);
  expect(await note(2000)).toBe(true);
  expect(await note(2000)).toBe(false);
  expect(await note(1000)).toBe(false);
  expect(await note(1000, { steady: 3000, lastBefore: 2000 })).toBe(true);
  expect(await flows.triggers.store.ticks.last()).toEqual(new Map([[only().id, { tick: 1000, steady: 3000 }]]));
});

it('notes no tick of a trigger that was changed or removed, and keeps the last one over a change', async () => {
  const flow = await flows.create([timer('@every 1s')]);
  const before = only();
  expect(await note(1000)).toBe(true);
  flows.control.clock.advance(1000);
  await flows.update(flow, [timer('@every 2s')]);
  expect(only()).toMatchObject({ id: before.id, fired: { tick: 1000 } });
  expect(await note(3000, { trigger: before })).toBe(false);
  expect(await note(3000)).toBe(true);
  const changed = only();
  await flows.update(flow, []);
  expect(await note(4000, { trigger: changed })).toBe(false);
});

import { expect, it } from 'vitest';
import { ManualClock } from '../../../lib/manual-clock.ts';
import { CallDispatcher } from './call-dispatcher.ts';

const settled = (): Promise<void> => new Promise(setImmediate);

function setUp(slots: number) {
  const clock = new ManualClock();
  const dispatcher = new CallDispatcher({ slots, clock });
  const begun: string[] = [];
  const running = new Map<string, { admit: () => void; end: (result?: 'ended' | 'overloaded') => Promise<void> }>();
  /** Named `flow.function.n`. */
  const add = (name: string, { isAdmitted = true, projectId = 'p' } = {}): (() => void) => {
    const [flowId = '', functionKey = ''] = name.split('.');
    return dispatcher.add({
      projectId,
      flowId,
      functionKey,
      run: (admitted) => {
        begun.push(name);
        if (isAdmitted) admitted();
        return new Promise((resolve) => {
          running.set(name, {
            admit: admitted,
            end: (result = 'ended') => {
              running.delete(name);
              resolve(result);
              return settled();
            },
          });
        });
      },
    });
  };
  return { clock, dispatcher, begun, running, add };
}

it('makes the calls of flows in turn, and no more than its slots at once', async () => {
  const { begun, running, add, dispatcher } = setUp(2);
  for (const name of ['a.f.1', 'a.f.2', 'a.f.3', 'a.f.4', 'b.f.1', 'c.f.1']) add(name);
  await settled();
  expect([begun, dispatcher.waiting]).toEqual([['a.f.1', 'a.f.2'], 4]);
  for (let n = 0; n < 4; n += 1) await [...running.values()][0]?.end();
  expect(begun).toEqual(['a.f.1', 'a.f.2', 'a.f.3', 'b.f.1', 'c.f.1', 'a.f.4']);
});

it('counts the slots of each project by itself', async () => {
  const { begun, add } = setUp(1);
  add('a.f.1');
  add('a.f.2');
  add('b.f.1', { projectId: 'q' });
  await settled();
  expect(begun).toEqual(['a.f.1', 'b.f.1']);
});

it('lets one call of a function wait in the gate, and those of other functions pass', async () => {
  const { begun, running, add } = setUp(10);
  add('a.f.1', { isAdmitted: false });
  add('a.f.2');
  add('b.f.1');
  add('a.g.1');
  await settled();
  expect(begun).toEqual(['a.f.1', 'a.g.1']);
  running.get('a.f.1')?.admit();
  await settled();
  expect(begun).toEqual(['a.f.1', 'a.g.1', 'b.f.1', 'a.f.2']);
});

it('makes an overloaded call again, after pauses that grow, and none of its function before', async () => {
  const { clock, begun, running, add } = setUp(10);
  add('a.f.1');
  await running.get('a.f.1')?.end('overloaded');
  add('b.f.1');
  add('a.g.1');
  clock.advance(99);
  await settled();
  expect(begun).toEqual(['a.f.1', 'a.g.1']);
  clock.advance(1);
  await settled();
  expect(begun.slice(2).sort()).toEqual(['a.f.1', 'b.f.1']);
  await running.get('a.f.1')?.end('overloaded');
  clock.advance(199);
  await settled();
  expect(begun).toHaveLength(4);
  clock.advance(1);
  await settled();
  expect(begun).toHaveLength(5);
  await running.get('a.f.1')?.end();
  add('a.f.2');
  expect(begun).toHaveLength(6);
});

it('takes back a call that has not begun', async () => {
  const { begun, running, add, dispatcher } = setUp(1);
  add('a.f.1');
  const takeBack = add('a.f.2');
  add('b.g.1');
  takeBack();
  takeBack();
  await running.get('a.f.1')?.end();
  expect(begun).toEqual(['a.f.1', 'b.g.1']);
  expect(dispatcher.waiting).toBe(0);
});

it('begins no call after it was stopped', async () => {
  const { begun, running, add, dispatcher } = setUp(1);
  add('a.f.1');
  add('a.f.2');
  const stopped = dispatcher.stop();
  await running.get('a.f.1')?.end();
  await stopped;
  expect(begun).toEqual(['a.f.1']);
});

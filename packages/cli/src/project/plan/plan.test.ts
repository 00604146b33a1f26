import { expect, it } from 'vitest';
import { planOf } from './plan.ts';
import { countText, planText } from './plan-text.ts';
import type { Actual, Desired, Owned } from './resource.ts';

const FIELDS = { runtime: 'Node.js20.15', memory: 128, environment: { LOG: 'info' } };
const desired = (name: string, more: Partial<Desired> = {}): Desired => ({
  kind: 'function',
  name,
  fields: FIELDS,
  notes: { code: 'c1' },
  path: ['functions', name],
  ...more,
});
const actual = (name: string, fields: Actual['fields'] = FIELDS): Actual => ({
  ...{ kind: 'function', name, fields },
  id: `id of ${name}`,
});
const owned = (name: string, more: Partial<Owned> = {}): Owned => ({
  ...{ kind: 'function', name, id: `id of ${name}`, notes: { code: 'c1' } },
  ...more,
});
const textOf = (state: Parameters<typeof planOf>[0]): string => planText(planOf(state).steps);

it('has no step when everything is as the file says', () => {
  expect(planOf({ desired: [desired('a')], actual: [actual('a')], owned: [owned('a')] })).toEqual({
    steps: [],
    foreign: [],
  });
});

it('makes what is missing, changes what differs and deletes what left the file', () => {
  const steps = planOf({
    desired: [desired('new'), desired('a', { fields: { ...FIELDS, memory: 256, environment: { MORE: 'x' } } })],
    actual: [actual('a'), actual('old')],
    owned: [owned('a'), owned('old')],
  }).steps;
  expect(planText(steps)).toBe(
    [
      '~ function a',
      '    memory: 128 → 256',
      '    environment.LOG: "info" → nothing',
      '    environment.MORE: nothing → "x"',
      '+ function new',
      '- function old',
    ].join('\n'),
  );
  expect(countText(steps)).toBe('1 to create, 1 to update, 1 to delete');
});

it('sees changed code and secrets by their digests, and shows neither', () => {
  const before = owned('a', { notes: { code: 'c1', secrets: 's1' } });
  const changed = desired('a', { notes: { code: 'c2', secrets: 's2' } });
  const state = { actual: [actual('a')], owned: [before] };
  expect(textOf({ ...state, desired: [changed] })).toBe('~ function a\n    code: changed\n    secrets: changed');
  expect(textOf({ ...state, desired: [desired('a')] })).toBe('~ function a\n    secrets: changed');
});

it('warns of a timer that looks like a line of a crontab', () => {
  const timer = (schedule: string) =>
    desired('report/nightly', { kind: 'trigger', fields: { type: 'TIMER', settings: { schedule } } });
  const text = (schedule: string): string => textOf({ desired: [timer(schedule)], actual: [], owned: [] });
  expect(text('CRON_TZ=Asia/Shanghai 30 2 * * *')).toBe(
    '+ trigger report/nightly\n    warning: five fields are "second minute hour day month". If this is a line of a crontab, which begins with the minute, write "0 30 2 * * *"',
  );
  expect(text('0 30 2 * * ?')).toBe('+ trigger report/nightly');
});

it('makes a function anew when its runtime changes', () => {
  const other = desired('a', { fields: { ...FIELDS, runtime: 'Python3.10' } });
  expect(textOf({ desired: [other], actual: [actual('a')], owned: [owned('a')] })).toContain('! function a: made anew');
});

it('never touches what others made', () => {
  const state = { desired: [], actual: [actual('a'), actual('b')] };
  expect(planOf({ ...state, owned: [owned('a', { id: 'id of an earlier a' })] }).steps).toEqual([]);
  const foreign = planOf({ desired: [desired('a')], actual: [actual('a')], owned: [] }).foreign;
  expect(foreign.map(({ name }) => name)).toEqual(['a']);
});

it('completes what a stopped deploy began', () => {
  const begun: Owned = { kind: 'function', name: 'a' };
  expect(planOf({ desired: [desired('a')], actual: [], owned: [begun] }).steps).toMatchObject([{ action: 'create' }]);
  expect(planOf({ desired: [desired('a')], actual: [actual('a')], owned: [begun] })).toMatchObject({
    steps: [{ action: 'update', changes: [{ field: 'code' }] }],
    foreign: [],
  });
  expect(planOf({ desired: [], actual: [actual('a')], owned: [begun] }).steps).toMatchObject([{ action: 'delete' }]);
});

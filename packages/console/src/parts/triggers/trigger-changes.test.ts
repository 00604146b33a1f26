import { expect, it } from 'vitest';
import { timerForm } from './kinds/timer.ts';
import { changesOf, valuesOf } from './trigger-changes.ts';

it('of the settings of a trigger, only the changed ones are sent', () => {
  const before = {
    name: 'api',
    path: '/a',
    func_info: { timeout: 5000, invocation_type: 'sync' },
    types: ['a'],
    note: 'x',
  };
  const after = {
    ...before,
    func_info: { ...before.func_info, timeout: 6000 },
    types: ['a', 'b'],
    note: undefined,
    password: '',
  };
  expect(changesOf(before, after)).toEqual({ func_info: { timeout: 6000 }, types: ['a', 'b'], note: '' });
  expect(changesOf(before, { ...before })).toEqual({});
});

it('a timer shows its schedule in the field of its kind', () => {
  const data = { name: 'timer', schedule_type: 'Cron', schedule: '0 0 9 * * ?' };
  const values = valuesOf(timerForm, data);
  expect(values).toMatchObject({ cron: '0 0 9 * * ?', rate: '15m' });
  const { rate, cron, ...rest } = values;
  expect(changesOf(data, timerForm.toData?.({ ...rest, rate, cron: '0 0 10 * * ?' }) ?? {})).toEqual({
    schedule: '0 0 10 * * ?',
  });
});

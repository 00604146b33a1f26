import { expect, test } from 'vitest';
import { kindOf, toDefinition } from './flow-trigger.ts';
import { FLOW_TRIGGER_FORMS, hasInput } from './flow-trigger-forms.ts';

test('a timer becomes a trigger of a definition', () => {
  const { TIMER } = FLOW_TRIGGER_FORMS;
  const values = { name: 'nightly', cron: '0 0 2 * * ?', user_event: '{"input":{"mode":"full"}}' };
  const data = TIMER.toData?.(values) ?? {};
  expect(toDefinition({ code: 'TIMER', isActive: true, data })).toEqual({
    trigger_name: 'nightly',
    trigger_type: 'FLOWTIMER',
    trigger_config: { schedule_type: 'Cron', schedule: '0 0 2 * * ?', user_event: { input: { mode: 'full' } } },
  });
});

test('a trigger without a name of its own may be disabled', () => {
  const trigger = toDefinition({ code: 'SMN', isActive: false, data: { topic_urn: 'urn:smn:r:p:news' } });
  expect(trigger).toEqual({ trigger_type: 'SMN', enabled: false, trigger_config: { topic_urn: 'urn:smn:r:p:news' } });
});

test('the type in a definition names the kind', () => {
  expect(['FLOWTIMER', 'APIG_DE', 'OBS', 'NEWER'].map((trigger_type) => kindOf({ trigger_type }))).toEqual([
    'TIMER',
    'DEDICATEDGATEWAY',
    'OBS',
    undefined,
  ]);
});

test.each([
  ['{"input":{}}', true],
  ['{"input":null}', true],
  ['{"mode":1}', false],
  ['["input"]', false],
  ['input', false],
  ['', false],
])('additional information %s has an input: %s', (text, expected) => {
  expect(hasInput(text)).toBe(expected);
});

test('routes of a flow have no field for a way to sign', () => {
  const names = FLOW_TRIGGER_FORMS.APIG.fields.map(({ name }) => name);
  expect(names).toEqual(['name', 'path', 'req_method', 'match_mode', 'group_id', 'env_name', 'func_info.timeout']);
});

import { expect, it } from 'vitest';
import { readProject } from '../file/read-project.ts';
import { wordsOf } from '../file/words.ts';
import { aliasesOf, triggersOf } from './function-parts.ts';
import { functionSpecs } from './function-spec.ts';

const head = 'name: shop\nfunctions:\n  hello:\n    folder: .\n    runtime: Node.js\n    handler: index.handler\n';
const STAGE = { name: 'default', suffix: '' };

function partsOf(text: string) {
  const project = readProject(`${head}${text}`, 'funcgraph.yaml');
  const [spec] = functionSpecs(project, STAGE);
  if (spec === undefined) throw new Error('no function');
  const whole = { kind: 'function', name: 'hello', fields: spec.fields, notes: { code: 'c1' }, path: [] } as const;
  const place = { region: 'local-1', projectId: 'p' };
  return {
    triggers: triggersOf(spec, wordsOf(project.file, STAGE), project, place).map(({ desired }) => desired),
    aliases: aliasesOf(spec, whole, project),
  };
}

it.each([
  ['{ every: 15m }', 'TIMER', { schedule_type: 'Rate', schedule: '15m' }],
  ['{ every: 90s }', 'TIMER', { schedule_type: 'Cron', schedule: '@every 90s' }],
  [
    '{ cron: "0 0 8 * * ?", time_zone: Asia/Shanghai }',
    'TIMER',
    { schedule_type: 'Cron', schedule: 'CRON_TZ=Asia/Shanghai 0 0 8 * * ?' },
  ],
  [
    '{ path: /a, method: get, auth: none, exact: true }',
    'APIG',
    { req_method: 'GET', match_mode: 'NORMAL', auth: 'NONE' },
  ],
  ['{ bucket: photos, prefix: in/ }', 'OBS', { bucket: 'photos', events: ['ObjectCreated'], prefix: 'in/' }],
  ['{ topic: orders }', 'SMN', { topic_urn: 'urn:smn:local-1:p:orders' }],
  ['{ events: [order.created] }', 'EVENT', { types: ['order.created'] }],
])('makes a trigger of %s', (entry, type, settings) => {
  const [trigger] = partsOf(`    triggers:\n      one: ${entry}\n`).triggers;
  expect(trigger).toMatchObject({
    name: 'hello/one',
    fields: { type, target: 'latest', enabled: true, settings: { name: 'one', ...settings } },
  });
});

it('compares settings of other kinds by their digest alone', () => {
  const [trigger] = partsOf(
    '    triggers:\n      one: { type: LTS, settings: { log_topic_id: x }, enabled: false }\n',
  ).triggers;
  expect(trigger).toMatchObject({ fields: { enabled: false }, hidden: { name: 'one', log_topic_id: 'x' } });
  expect(trigger?.fields).not.toHaveProperty('settings');
});

it.each([
  [
    'a trigger of two kinds',
    '    triggers:\n      one: { every: 1m, path: /a }\n',
    '8:7: functions.hello.triggers.one needs exactly one of every, cron',
  ],
  [
    'a trigger of an alias that is none',
    '    triggers:\n      one: { every: 1m, alias: live }\n',
    '8:32: functions.hello.triggers.one.alias is no alias',
  ],
  [
    'a share and rules',
    '    aliases:\n      live: { share: 1, rules: [] }\n',
    '8:7: functions.hello.aliases.live has share and rules',
  ],
  [
    'a rule that is none',
    '    aliases:\n      live: { rules: [beta] }\n',
    '8:23: functions.hello.aliases.live.rules.0 is not header',
  ],
  [
    'a word that is none',
    '    triggers:\n      one: { topic: "${topics.x}" }\n',
    '8:7: functions.hello.triggers.one has ${topics.x}',
  ],
])('refuses %s with its place', (_what, text, message) => {
  expect(() => partsOf(text)).toThrow(message);
});

import { expect, it } from 'vitest';
import { functionSpecs } from '../functions/function-spec.ts';
import { inStage } from './in-stage.ts';
import { readProject } from './read-project.ts';

const TEXT = `
name: shop
functions:
  hello:
    folder: ./hello
    runtime: Node.js
    handler: index.handler
    triggers: { often: { every: 5m }, web: { path: /hello } }
  debug: { folder: ./debug, runtime: Node.js, handler: index.handler }
buckets: { photos: , scratch: }
topics:
  paid: { display_name: Shop }
flows:
  order: { file: ./order.yaml }
alarms:
  fails: { function: hello, when: sum failcount >= 5, topics: [paid] }
stages:
  prod:
    functions:
      hello: { triggers: { often: false, nightly: { cron: "0 0 2 * * ?" } } }
      debug: false
    buckets: { scratch: false }
    topics: { paid: { display_name: The shop } }
    flows: { order: { file: ./order-prod.yaml } }
    alarms: { fails: { when: sum failcount >= 1 } }
`;
const project = readProject(TEXT, 'funcgraph.yaml');

it('has what a stage changes, and not what it leaves out', () => {
  const staged = inStage(project, 'prod');
  expect(staged.file).toMatchObject({
    buckets: { photos: null },
    topics: { paid: { display_name: 'The shop' } },
    flows: { order: { file: './order-prod.yaml' } },
    alarms: { fails: { function: 'hello', when: 'sum failcount >= 1', topics: ['paid'] } },
  });
  expect(Object.keys(staged.file.buckets ?? {})).toEqual(['photos']);
  const specs = functionSpecs(staged, { name: 'prod', suffix: '-prod' });
  expect(specs.map(({ name }) => name)).toEqual(['hello-prod']);
  expect(Object.keys(specs[0]?.triggers ?? {})).toEqual(['web', 'nightly']);
});

it('is the file itself without a stage', () => {
  expect(inStage(project, 'default').file).toEqual(project.file);
});

it('refuses to change what the file does not have, with its place', () => {
  const text = TEXT.replace('topics: { paid: { d', 'topics: { pad: { d');
  expect(() => inStage(readProject(text, 'funcgraph.yaml'), 'prod')).toThrow(
    'funcgraph.yaml:23:15: stages.prod.topics.pad is not under topics (did you mean paid?)',
  );
});

it.each([
  ['topics: { paid: true }', 'stages.prod.topics.paid must be a map, not true'],
  ['topics: { paid: { nam: x } }', 'unknown key nam'],
])('refuses %s in a stage', (change, message) => {
  const text = TEXT.replace('topics: { paid: { display_name: The shop } }', change);
  expect(() => readProject(text, 'funcgraph.yaml')).toThrow(message);
});

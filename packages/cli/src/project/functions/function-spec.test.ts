import { expect, it } from 'vitest';
import { readProject } from '../file/read-project.ts';
import { functionSpecs, stageOf } from './function-spec.ts';

const TEXT = `
name: shop
environment: { LOG: info, WHERE: "in \${stage}" }
functions:
  hello:
    folder: ./hello
    runtime: Node.js
    handler: index.handler
    environment: { TRIES: 3, RAW: "$\${x}" }
    secrets:
      KEY: { env: SHOP_KEY }
stages:
  prod:
    suffix: ''
    environment: { LOG: warn }
    functions:
      hello:
        memory: 512
        environment: { TRIES: 5 }
  test: {}
`;
const project = readProject(TEXT, 'funcgraph.yaml');
const specsOf = (name?: string) => functionSpecs(project, stageOf(project.file, name) ?? { name: '', suffix: '' });

it('takes the file as it is without a stage', () => {
  const [hello] = specsOf();
  expect(hello).toMatchObject({
    name: 'hello',
    fields: { memory: 128, environment: { LOG: 'info', WHERE: 'in default', TRIES: '3', RAW: '${x}' } },
    secrets: { KEY: { env: 'SHOP_KEY' } },
  });
});

it('adds what a stage changes, and its suffix', () => {
  expect(specsOf('prod')[0]).toMatchObject({
    name: 'hello',
    fields: { memory: 512, environment: { LOG: 'warn', WHERE: 'in prod', TRIES: '5' } },
  });
  expect(specsOf('test')[0]).toMatchObject({ name: 'hello-test', fields: { memory: 128 } });
  expect(stageOf(project.file, 'none')).toBeUndefined();
});

it('refuses words that stand for nothing', () => {
  const faulty = readProject(TEXT.replace('in ${stage}', '${stagee}'), 'funcgraph.yaml');
  expect(() => functionSpecs(faulty, { name: 'default', suffix: '' })).toThrow(
    'has ${stagee}, which stands for nothing',
  );
});

it.each([
  ['{ folder: ., runtime: Java8 }', 'funcgraph.yaml:1:25: functions.hello needs handler (or an image'],
  ['{ image: a/b:1, folder: . }', 'funcgraph.yaml:1:56: functions.hello.folder is for functions without an image'],
])('refuses a function %s', (entry, message) => {
  const faulty = readProject(`{ name: x, functions: { hello: ${entry} } }`, 'funcgraph.yaml');
  expect(() => functionSpecs(faulty, { name: 'default', suffix: '' })).toThrow(message);
});

it('is a container image in the place of code', () => {
  const text =
    '{ name: x, functions: { app: { image: team/app:v1 }, web: { image: { name: team/web:v1, uid: 2000 }, runtime: http } } }';
  const [app, web] = functionSpecs(readProject(text, 'funcgraph.yaml'), { name: 'default', suffix: '' });
  const usual = { command: '', args: '', working_dir: '', gid: '1003' };
  expect(app).toMatchObject({
    folder: undefined,
    fields: { runtime: 'Custom Image', handler: '-', image: { name: 'team/app:v1', uid: '1003', ...usual } },
  });
  expect(web?.fields).toMatchObject({ runtime: 'http', image: { name: 'team/web:v1', uid: '2000', ...usual } });
});

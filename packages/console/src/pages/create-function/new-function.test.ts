import { expect, test } from 'vitest';
import { creationBody, creationCommands, type Template, unsetVariables } from './new-function.ts';

const template = {
  id: 'webhook-node',
  handler: 'index.handler',
  code_type: 'inline',
  code: 'Y29kZQ==',
  timeout: 10,
  memory_size: 256,
  is_return_stream: false,
  needs_agency: false,
  user_data: '{"SECRET":"","GREETING":"good day"}',
} as Template;
const draft = { name: 'hook', runtime: 'Node.js22', enterpriseProject: '0' };

test('a template gives its code and settings, a start only its code', () => {
  expect(creationBody(draft, { kind: 'template', template })).toMatchObject({
    func_name: 'hook',
    timeout: 10,
    memory_size: 256,
    user_data: '{"GREETING":"good day"}',
    func_code: { file: 'Y29kZQ==' },
  });
  const start = creationBody(draft, { kind: 'start', template });
  expect(start).toMatchObject({ timeout: 3, memory_size: 128, handler: 'index.handler' });
  expect(start).not.toHaveProperty('user_data');
  expect(unsetVariables(template)).toEqual(['SECRET']);
});

test('the commands have the same settings, quoted for a shell', () => {
  expect(creationCommands({ ...draft, agency: 'an agency' }, { kind: 'template', template })).toEqual([
    'fgs functions init hook --template webhook-node',
    "fgs functions deploy hook --runtime Node.js22 --handler index.handler --timeout 10 --memory 256 --env 'GREETING=good day' --agency 'an agency'",
  ]);
  const built = { ...template, user_data: '', build: { command: 'sh build.sh', folder: 'build' } };
  expect(creationCommands(draft, { kind: 'start', template: built })).toEqual([
    'fgs functions init hook --template webhook-node',
    '(cd hook && sh build.sh)',
    'fgs functions deploy hook/build --name hook --runtime Node.js22 --handler index.handler',
  ]);
});

test('an uploaded archive is sent by its name', () => {
  const java = { ...draft, runtime: 'Java17', handler: 'a.B.c', runAgency: 'run' };
  const file = { name: 'app.JAR', base64: 'eA==' };
  expect(creationBody(java, { kind: 'upload', file })).toMatchObject({ code_type: 'jar', app_xrole: 'run' });
  expect(creationCommands(java, { kind: 'upload', file })).toEqual([
    'fgs functions create hook --runtime Java17 --handler a.B.c --jar app.JAR --run-agency run',
  ]);
});

test('a version without a template starts with the sample of the server', () => {
  const old = { ...draft, name: '', runtime: 'Python2.7' };
  expect(creationBody(old, { kind: 'sample' })).not.toHaveProperty('func_code');
  expect(creationCommands(old, { kind: 'sample' })).toEqual([
    'fgs functions create NAME --runtime Python2.7 --handler index.handler --code-file index.py',
  ]);
});

test('an image brings only what is set instead of its own values', () => {
  const boxed = { ...draft, runtime: 'Custom Image' };
  const source = {
    kind: 'image',
    image: { image: 'team/app:v1', command: '/bin/server', args: '', uid: '2000' },
  } as const;
  const { custom_image, code_type } = creationBody(boxed, source);
  expect([code_type, custom_image]).toEqual([
    'Custom-Image-Swr',
    { enabled: true, image: 'team/app:v1', command: '/bin/server', uid: '2000' },
  ]);
  expect(creationCommands(boxed, source)).toEqual([
    "fgs functions create hook --runtime 'Custom Image' --handler - --image team/app:v1 --image-command /bin/server --uid 2000",
  ]);
});

import { expect, it } from 'vitest';
import { nameFrom, newProject } from './new-project.ts';
import { readProject } from './read-project.ts';

it('writes a file that can be read', () => {
  const template = {
    ...{ runtime: 'Node.js20.15', handler: 'index.handler', timeout: 3, memory: 128, streams: true },
    variables: { WHO: 'you: "all"' },
    build: { command: 'npm run build', folder: 'dist' },
  };
  const text = newProject('shop', 'greet', template, 'http://localhost:8090/');
  expect(text).toContain('# yaml-language-server: $schema=http://localhost:8090/console/funcgraph.schema.json\n');
  expect(readProject(text, 'funcgraph.yaml').file).toMatchObject({
    name: 'shop',
    functions: {
      greet: { folder: './greet/dist', build: 'cd greet && npm run build', environment: { WHO: 'you: "all"' } },
    },
  });
});

it.each([
  ['shop', 'shop'],
  ['2 my shop!', 'my-shop'],
  ['...', 'project'],
])('calls a project in the folder %s %s', (folder, name) => {
  expect(nameFrom(folder)).toBe(name);
});

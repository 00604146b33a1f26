import { expect, it } from 'vitest';
import { affectedBy } from './affected.ts';

const WATCHED = [
  { name: 'plain', folder: '/p/plain', isMade: false },
  { name: 'built', folder: '/p/dist', isMade: true },
];
const functions = (inside: string[], sources: string[]) => ({ kind: 'functions', inside, sources });

it.each([
  ['funcgraph.yaml', { kind: 'file' }],
  ['plain/index.js', functions(['plain'], [])],
  ['plain/node_modules/a/index.js', functions(['plain'], [])],
  ['dist/index.js', functions(['built'], [])],
  ['plainer/index.js', functions([], ['built'])],
  ['src/index.ts', functions([], ['built'])],
  ['node_modules/a/index.js', functions([], [])],
  ['.git/index', functions([], [])],
])('a change of %s means %j', (path, affected) => {
  expect(affectedBy(path, `/p/${path}`, '/p/funcgraph.yaml', WATCHED)).toEqual(affected);
});

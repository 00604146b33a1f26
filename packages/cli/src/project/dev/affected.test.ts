import { expect, it } from 'vitest';
import { affectedBy, type Watched } from './affected.ts';

const WATCHED: readonly Watched[] = [
  { name: 'plain', folder: '/p/plain', made: 'copied' },
  { name: 'built', folder: '/p/built', made: 'built', reads: new Set(['/p/built/index.ts', '/p/shared/a.ts']) },
  { name: 'faulty', folder: '/p/faulty', made: 'built', reads: undefined },
  { name: 'made', folder: '/p/dist', made: 'by command', homes: ['/p/dist', '/p/src/made'] },
  { name: 'other', folder: '/p/other/dist', made: 'by command', homes: ['/p/other'] },
];
const functions = (inside: string[], sources: string[]) => ({ kind: 'functions', inside, sources });

it.each([
  ['funcgraph.yaml', { kind: 'file' }],
  ['plain/index.js', functions(['plain'], [])],
  ['plain/node_modules/a/index.js', functions(['plain'], [])],
  ['dist/index.js', functions(['made'], [])],
  ['built/index.ts', functions(['built'], [])],
  ['shared/a.ts', functions([], ['built', 'faulty', 'made', 'other'])],
  ['shared/b.ts', functions([], ['faulty', 'made', 'other'])],
  ['src/made/index.ts', functions([], ['faulty', 'made'])],
  ['other/src/index.ts', functions([], ['faulty', 'other'])],
  ['plainer/index.js', functions([], ['faulty', 'made', 'other'])],
  ['tsconfig.json', functions([], ['built', 'faulty', 'made', 'other'])],
  ['other/package.json', functions([], ['faulty', 'other'])],
  ['node_modules/a/index.js', functions([], [])],
  ['.git/index', functions([], [])],
  ['dev.log', functions([], [])],
  ['src/made/.index.ts.swp', functions([], [])],
])('a change of %s means %j', (path, affected) => {
  expect(affectedBy(path, `/p/${path}`, '/p/funcgraph.yaml', WATCHED)).toEqual(affected);
});

it('builds a function that imports a file of another one', () => {
  const importer: Watched = { name: 'importer', folder: '/p/i', made: 'built', reads: new Set(['/p/plain/rates.ts']) };
  const path = '/p/plain/rates.ts';
  expect(affectedBy('plain/rates.ts', path, '/p/funcgraph.yaml', [...WATCHED, importer])).toEqual(
    functions(['plain'], ['importer']),
  );
});

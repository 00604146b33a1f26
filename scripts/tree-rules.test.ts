import { expect, test } from 'vitest';
import { fileFindings } from './tree-rules.ts';

const tree = {
  folder: '/builds/funcgraph',
  exists: (path: string) => path === 'docs/here.md' || path === 'packages/api',
};
const of = (path: string, text: string): string[] => fileFindings(path, text, tree);
// put together, so that this file does not break the rule itself
const somebody = ['', 'home', 'somebody', ''].join('/');

test('takes a file of 500 lines and no longer one, but for those that are long by nature', () => {
  expect(of('a.ts', 'x\n'.repeat(500))).toEqual([]);
  expect(of('a.ts', 'x\n'.repeat(501))).toEqual(['a.ts: 501 lines, at most 500: split it']);
  expect(of('docs/openapi.json', 'x\n'.repeat(501))).toEqual([]);
});

test('finds paths of a machine, and knows those of the runtime contract', () => {
  expect(of('a.ts', `x\n${somebody}y`)).toEqual(["a.ts:2: a path of a developer's machine"]);
  expect(of('a.ts', 'in /builds/funcgraph/x')).toHaveLength(1);
  expect(of('a.ts', '/home/snuser/runtime homework/1')).toEqual([]);
});

test('finds words in prose that leave open who acts, and leaves code and quotes alone', () => {
  const word = ['some', 'body'].join('');
  expect(of('docs/a.md', `${word} calls`)).toEqual([
    `docs/a.md:1: "${word}" in prose: name the client, the caller, the process`,
  ]);
  for (const line of [`// ${word} calls`, `  /** ${word} calls. */`, ` * ${word} calls`, `# ${word} calls`])
    expect(of('a.ts', line)).toHaveLength(1);
  for (const line of [`const ${word} = 1;`, `// the user '${word}'`, `see("${word}")`])
    expect(of('a.ts', line)).toEqual([]);
});

test('finds download addresses in the lock file', () => {
  expect(of('package-lock.json', '"resolved": "https://host/x.tgz"')).toHaveLength(1);
  expect(of('package-lock.json', '"resolved": "packages/api"')).toEqual([]);
});

test('finds pages that name files which are not there', () => {
  expect(of('docs/a.md', 'see `packages/api` and [here](here.md) and [web](https://x.y)')).toEqual([]);
  expect(of('docs/a.md', 'see `packages/gone/x.ts`')).toEqual(['docs/a.md:1: there is no packages/gone/x.ts']);
  expect(of('docs/sub/a.md', '[here](here.md)')).toEqual(['docs/sub/a.md:1: there is no docs/sub/here.md']);
  expect(of('a.ts', '`packages/gone/x.ts`')).toEqual([]);
});

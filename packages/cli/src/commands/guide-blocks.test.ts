import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Pages with blocks of shell commands that no test runs as they stand there, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'README.md': 'starts the server for good and follows a log',
  'async.md': 'calls a function that it does not make',
  'console.md': 'opens a browser',
  'container-images.md': 'needs Docker',
  'container.md': 'needs Docker; package.test.ts starts the image without it',
  'dependencies.md': 'fetches packages from registries and an address of the reader',
  'file-systems.md': 'makes a folder in /srv of the machine',
  'first-function.md': 'has a call that fails, to show its log',
  'go.md': 'compiles the program of the page with the library of the vendor',
  'http-functions.md': 'is read in the folder of the project',
  'identity.md': 'reads the password of the reader from a file',
  'metrics.md': 'shows a function that it does not make',
  'networks.md': 'changes the network of the machine',
  'operate.md': 'starts servers; operation.test.ts runs its commands for backups',
  'postgresql.md': 'makes a database and starts servers',
  'reserved-instances.md': 'reserves instances of a function that it does not make',
  'several-machines.md': 'starts servers of several machines',
  'streaming.md': 'deploys a folder of the reader',
  'telemetry-export.md': 'starts a server with a collector',
  'topics.md': 'has a project and a function of the reader',
  'triggers.md': 'has functions of the reader, except in the section about log lines',
};

interface Block {
  readonly page: string;
  /** Of the section; empty above the first one. */
  readonly heading: string;
}

function blocks(): Block[] {
  const guides = readdirSync(join(ROOT, 'docs/guides')).filter((name) => name.endsWith('.md'));
  return ['../../README.md', ...guides].flatMap((name) => {
    const page = name.replace(/^.*\//, '');
    const sections = readFileSync(join(ROOT, 'docs/guides', name), 'utf8').split(/^## /m);
    return sections.flatMap((text, at) => {
      const heading = at === 0 ? '' : text.slice(0, text.indexOf('\n'));
      return Array.from(text.matchAll(/^```sh$/gm), () => ({ page, heading }));
    });
  });
}

/** Names of pages, and `page#heading` of the sections, in calls and tables of the tests of guides. */
function runs(): ReadonlySet<string> {
  const folder = join(ROOT, 'tests/e2e');
  const tests = readdirSync(folder).filter((name) => /^guide-.*\.test\.ts$/.test(name));
  const text = tests.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const calls = [...text.matchAll(/guides\.run\('([^']+)'(?:, '([^']+)')?\)/g)];
  const rows = [...text.matchAll(/^\s*\[?'([\w-]+\.md)',/gm)];
  return new Set([
    ...calls.map(([, page, heading]) => (heading === undefined ? page : `${page}#${heading}`) ?? ''),
    ...rows.map(([, page = '']) => page),
  ]);
}

it('runs every block of shell commands of the guides and the README in a test, or has the reason why not', () => {
  const run = runs();
  const left = blocks().filter(({ page, heading }) => !run.has(page) && !run.has(`${page}#${heading}`));
  expect([...new Set(left.map(({ page }) => page))].sort()).toEqual(Object.keys(NOT_RUN).sort());
});

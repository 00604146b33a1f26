import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Pages, and sections of pages, with blocks of shell commands that no test runs as they stand there, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'README.md#Install on other machines':
    'takes libraries from the network; package.test.ts does it with those of the clone',
  'README.md#Working on it': 'runs all tests',
  'several-machines.md': 'starts servers of several machines; guide-cluster.test.ts follows it with three',
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
  const calls = [...text.matchAll(/guides\.(?:run|read)\('([^']+)'(?:, '([^']+)')?[,)]/g)];
  const rows = [...text.matchAll(/^\s*(?:\[|\{ )?(?:place: )?'([\w-]+\.md)(?:#([^']+))?',/gm)];
  return new Set([...calls, ...rows].map(([, page = '', heading]) => placeOf({ page, heading: heading ?? '' })));
}

const placeOf = ({ page, heading }: Block): string => (heading === '' ? page : `${page}#${heading}`);

it('runs every block of shell commands of the guides and the README in a test, or has the reason why not', () => {
  const run = runs();
  const left = blocks().filter((block) => !run.has(block.page) && !run.has(placeOf(block)));
  const reasons = left.map((block) => [block.page, placeOf(block)].find((place) => place in NOT_RUN) ?? placeOf(block));
  expect([...new Set(reasons)].sort()).toEqual(Object.keys(NOT_RUN).sort());
});

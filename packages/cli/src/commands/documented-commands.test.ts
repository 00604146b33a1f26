import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { GLOBAL_FLAGS } from '../framework/parse.ts';
import { TREE } from './index.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const GUIDES = join(ROOT, 'docs/guides');
const EXAMPLES = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('README.md') && !path.includes('node_modules'))
  .map((path) => join('examples', path));
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...EXAMPLES,
  ...readdirSync(GUIDES).map((name) => join('docs/guides', name)),
];
const COMMANDS = new Map([...TREE.commands, ...TREE.nouns.flatMap(({ commands }) => commands)].map((c) => [c.name, c]));
for (const [name, full] of Object.entries(TREE.shortcuts ?? {})) {
  const command = COMMANDS.get(full);
  if (command !== undefined) COMMANDS.set(name, command);
}
const GLOBAL: ReadonlySet<string> = new Set(Object.keys(GLOBAL_FLAGS));

/** Commands with at least one flag, as a page shows them: in a block of shell lines, or between backquotes. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/\\\n\s*/g, ' ');
  return [...text.matchAll(/(?:^|[\s`$(])fgs ([a-z][^`\n|;&#()]*--[^`\n|;&#()]*)/gm)].map(([, line = '']) =>
    line.trim(),
  );
}

/** The command that the first words name, and the flags behind it that it does not have; undefined without such a command. */
function unknownFlags(line: string): string[] | undefined {
  const words = line.split(/\s+/);
  const named = [3, 2, 1].map((count) => COMMANDS.get(words.slice(0, count).join(' '))).find((c) => c !== undefined);
  if (named === undefined) return undefined;
  const flags = [...line.matchAll(/(?<=^|[\s[])--([a-z][a-z0-9-]*)/g)].map(([, name = '']) => name);
  return flags.filter((name) => !(name in named.flags) && !GLOBAL.has(name));
}

test.each(PAGES)('every command in %s exists and has the flags it is shown with', (page) => {
  const wrong = commandsOf(page).filter((line) => unknownFlags(line)?.length !== 0);
  expect(wrong).toEqual([]);
});

/** Writes the pages that are generated from code; with `--check` it only lists the stale ones, and fails. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ERRORS, type ErrorSpec } from '@funcgraph/api';
import { projectSchema } from '../packages/cli/src/project/file/schema.ts';
import { compatibilityPage } from './emit-compatibility.ts';
import { openapiDocument } from './emit-openapi.ts';

const BEGIN = '<!-- table of errors: made by npm run fix -->';
const END = '<!-- end of table -->';

function table(): string {
  const rows = Object.entries<ErrorSpec>(ERRORS)
    .sort(([, a], [, b]) => (a.fss < b.fss ? -1 : 1))
    .map(
      ([name, e]) =>
        `| ${e.fss} | ${e.status} | \`${name}\` | ${e.component} | ${e.audience} | ${e.retryable ? 'yes' : 'no'} | ${e.meaning} |`,
    );
  return [
    '| Code | Status | Name | Component | Audience | Retry | Meaning |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The page with a regenerated table; the text around the table stays. Throws when the marks are gone. */
function errorsPage(present: string): string {
  const begin = present.indexOf(BEGIN);
  const end = present.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/errors.md needs the lines ${BEGIN} and ${END}`);
  return `${present.slice(0, begin)}${BEGIN}\n\n${table()}\n\n${present.slice(end)}`;
}

const docs = new URL('../docs/', import.meta.url);

function read(name: string): string {
  try {
    return readFileSync(new URL(name, docs), 'utf8');
  } catch {
    return '';
  }
}

const pages: Record<string, string> = {
  'openapi.json': `${JSON.stringify(openapiDocument(), null, 2)}\n`,
  'funcgraph.schema.json': `${JSON.stringify(projectSchema(), null, 2)}\n`,
  'errors.md': errorsPage(read('errors.md')),
  'compatibility.md': compatibilityPage(),
};
const stale = Object.keys(pages).filter((name) => read(name) !== pages[name]);

if (process.argv.includes('--check')) {
  for (const name of stale) console.error(`docs/${name} is stale: npm run fix`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const name of stale) {
    writeFileSync(new URL(name, docs), pages[name] ?? '');
    console.error(`docs/${name} written`);
  }
}

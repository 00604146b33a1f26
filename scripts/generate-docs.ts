/** Writes the pages that are generated from code; with `--check` it only lists the stale ones, and fails. */
import { readFileSync, writeFileSync } from 'node:fs';
import { projectSchema } from '../packages/cli/src/project/file/schema.ts';
import { compatibilityPage } from './emit-compatibility.ts';
import { errorsPage } from './emit-errors.ts';
import { openapiDocument } from './emit-openapi.ts';

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

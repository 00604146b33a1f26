// Mends what needs no thought: the pages made from code, format, safe lint fixes.
import { join } from 'node:path';
import { ROOT, runVisibly } from './steps.mjs';

const docs = await runVisibly(process.execPath, [
  '--conditions=@funcgraph/source',
  '--import',
  'tsx',
  'scripts/generate-docs.ts',
]);
const code = await runVisibly(join(ROOT, 'node_modules/.bin/biome'), ['check', '--write', '.']);
process.exitCode = docs || code;

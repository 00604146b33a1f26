// Applies automatic fixes: the pages generated from code, format, safe lint fixes.
import { join } from 'node:path';
import { platformNode } from './platform-node.mjs';
import { ROOT, runVisibly } from './steps.mjs';

const docs = await runVisibly(platformNode(), ['--conditions=@funcgraph/source', 'scripts/generate-docs.ts']);
const code = await runVisibly(join(ROOT, 'node_modules/.bin/biome'), ['check', '--write', '.']);
process.exitCode = docs || code;

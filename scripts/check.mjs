// All static checks of the code. Prints failures in full and one line for each other check.
import { join } from 'node:path';
import { platformNode } from './platform-node.mjs';
import { ROOT, runQuietly, say, seconds } from './steps.mjs';

const node = platformNode();
const tool = (name) => join(ROOT, 'node_modules/.bin', name);
const AT_ONCE = 2;

/** With four checkers, as it has otherwise, each looks at the same types again: twice the processor time for the console. */
const types = (project) => [join(ROOT, 'node_modules/typescript-native/bin/tsc'), '-p', project, '--checkers', '1'];

/** Each is a program for Node.js with its arguments. */
const checks = [
  // typescript 7 is native and three times as fast; dependency-cruiser reads sources with typescript 5
  ['types', types('tsconfig.json')],
  // with the types of browsers instead of those of Node.js
  ['types of console', types('packages/console')],
  ['format and lint', [tool('biome'), 'ci', '--colors=off', '--max-diagnostics=100', '.']],
  ['imports', [tool('depcruise'), 'packages', '--config', '.dependency-cruiser.cjs']],
  ['unused code', [tool('knip'), '--no-progress', '--no-config-hints']],
  ['generated docs', ['--conditions=@funcgraph/source', 'scripts/generate-docs.ts', '--check']],
  ['files', ['scripts/check-tree.ts']],
];

const failed = [];
const waiting = [...checks];

async function work() {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const [name, args] = check;
    const started = performance.now();
    const { ok, output } = await runQuietly(node, args);
    say(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${seconds(started)}`);
    if (!ok) {
      failed.push(name);
      say(output.trimEnd());
    }
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
if (failed.length > 0) say(`check failed: ${failed.join(', ')}. Automatic fixes: npm run fix`);
process.exitCode = failed.length > 0 ? 1 : 0;

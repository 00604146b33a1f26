import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = `
process.on('SIGTERM', () => process.exit(7));
console.log(JSON.stringify({ brought: process.env.BROUGHT, args: process.argv.slice(2) }));
if (process.argv[2] === 'wait') setInterval(() => {}, 1000);
else process.exitCode = 3;
`;
const OLD = [
  '--import',
  "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.0.0' } })",
];
const WITHOUT_EXEC = ['--import', 'data:text/javascript,delete process.execve'];

describe('the Node.js of the scripts', () => {
  let root = '';
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'funcgraph-scripts-')));
    cpSync(fileURLToPath(new URL('.', import.meta.url)), join(root, 'scripts'), { recursive: true });
    writeFileSync(join(root, 'program.mjs'), PROGRAM);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function bring(): void {
    const path = join(root, `node_modules/node-linux-${process.arch}/bin/node`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\nBROUGHT=yes exec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  }

  function onNode(flags: readonly string[], ...args: readonly string[]): ChildProcess & { output: () => string } {
    const program = [...flags, join(root, 'scripts/on-node.mjs'), join(root, 'program.mjs'), ...args];
    const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    return Object.assign(child, { output: () => output });
  }

  it.each([
    ['of another process', []],
    ['of a child process on a Node.js without exec', [...OLD, ...WITHOUT_EXEC]],
  ])('is the one in node_modules, with the arguments, exit code and signals %s', async (_, flags) => {
    bring();
    const child = onNode(flags, 'one', 'a b');
    expect(await once(child, 'close')).toEqual([3, null]);
    expect(JSON.parse(child.output())).toEqual({ brought: 'yes', args: ['one', 'a b'] });

    const waiting = onNode(flags, 'wait');
    while (waiting.output() === '') await once(waiting.stdout as NodeJS.ReadableStream, 'data');
    waiting.kill('SIGTERM');
    expect(await once(waiting, 'exit')).toEqual([7, null]);
  });

  it('is the present one without the optional dependency, if new enough', async () => {
    const child = onNode([]);
    expect(await once(child, 'close')).toEqual([3, null]);
    expect(JSON.parse(child.output())).toEqual({ args: [] });
  });

  it('is refused when the only one is too old', async () => {
    const child = onNode(OLD);
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(child.output()).toMatch(
      /^error: the platform runs on Node\.js 24; .* this is 20\.0\.0\nhint: npm ci --include=optional/,
    );
    expect(existsSync(join(root, 'node_modules'))).toBe(false);
  });
});

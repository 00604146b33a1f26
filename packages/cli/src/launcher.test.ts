import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/', import.meta.url));
const MAIN = `
process.on('SIGTERM', () => process.exit(7));
console.log(JSON.stringify({ pid: process.pid, by: process.env.BY, args: process.argv.slice(2) }));
if (process.argv[2] === 'wait') setInterval(() => {}, 1000);
else process.exitCode = 3;
`;

let base = '';
let cli = '';
let linked = '';

/** A Node.js that reports in `BY` which one it is, and another version when that is set. */
function program(path: string, by: string, version = process.versions.node): void {
  mkdirSync(dirname(path), { recursive: true });
  const claim = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`;
  const text = `#!/bin/sh\nBY=${by} exec '${process.execPath}' --import "data:text/javascript,${claim}" "$@"\n`;
  writeFileSync(path, text, { mode: 0o755 });
}

function fgs(
  args: readonly string[],
  path = '/usr/bin:/bin',
  env: { readonly HOME?: string } = {},
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(linked, args, { cwd: '/', env: { PATH: path, ...env }, timeout: 60_000, encoding: 'utf8' });
}

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'funcgraph-launcher-')));
  cli = join(base, 'node_modules/@funcgraph/cli');
  mkdirSync(join(cli, 'bin'), { recursive: true });
  mkdirSync(join(cli, 'bundle'));
  for (const name of ['fgs', 'fgs.mjs']) copyFileSync(join(BIN, name), join(cli, 'bin', name));
  chmodSync(join(cli, 'bin/fgs'), 0o755);
  writeFileSync(join(cli, 'package.json'), '{"type":"module"}');
  writeFileSync(join(cli, 'bundle/main.js'), MAIN);
  mkdirSync(join(base, 'node_modules/.bin'));
  linked = join(base, 'node_modules/.bin/fgs');
  symlinkSync('../@funcgraph/cli/bin/fgs', linked);
});
afterEach(() => rmSync(base, { recursive: true }));

describe('fgs', () => {
  const brought = (folder: string): string => join(folder, `node_modules/node-linux-${process.arch}/bin/node`);

  it('runs on the Node.js of its package, with its arguments and exit code', () => {
    program(brought(base), 'package');
    program(join(base, 'path/node'), 'PATH');
    const { status, stdout } = fgs(['functions', 'a b', '--', '-e'], `${base}/path:/usr/bin:/bin`);
    expect(JSON.parse(stdout)).toMatchObject({ by: 'package', args: ['functions', 'a b', '--', '-e'] });
    expect(status).toBe(3);
  });

  it('prefers the Node.js inside its package to one above', () => {
    program(brought(base), 'above');
    program(brought(cli), 'inside');
    expect(JSON.parse(fgs([]).stdout)).toMatchObject({ by: 'inside' });
  });

  const compiled = (home: string): string => join(home, '.cache/funcgraph/compiled');

  it('keeps what it compiled in the home folder of its user', () => {
    program(join(base, 'path/node'), 'PATH');
    expect(fgs([], `${base}/path:/usr/bin:/bin`, { HOME: base }).status).toBe(3);
    const [version = ''] = readdirSync(compiled(base));
    expect(readdirSync(join(compiled(base), version))).not.toEqual([]);
  });

  it.each(['/nonexistent', '/proc', 'relative'])('runs where nothing can be kept: HOME=%s', (HOME) => {
    program(join(base, 'path/node'), 'PATH');
    expect(fgs([], `${base}/path:/usr/bin:/bin`, { HOME }).status).toBe(3);
  });

  it.runIf(process.getuid?.() === 0)('runs nothing that another user may have compiled', () => {
    program(join(base, 'path/node'), 'PATH');
    mkdirSync(join(base, '.cache'));
    chownSync(join(base, '.cache'), 1, 1);
    expect(fgs([], `${base}/path:/usr/bin:/bin`, { HOME: base }).status).toBe(3);
    expect(existsSync(compiled(base))).toBe(false);
  });

  it('is one process, which gets the signals', async () => {
    program(brought(base), 'package');
    const child = spawn(linked, ['wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(JSON.parse(String(line))).toMatchObject({ pid: child.pid });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  it('runs on Node.js 24 of PATH without the optional dependency', () => {
    program(join(base, 'path/node'), 'PATH', '24.0.0');
    expect(JSON.parse(fgs([], `${base}/path:/usr/bin:/bin`).stdout)).toMatchObject({ by: 'PATH' });
  });

  it('refuses an older Node.js of PATH and explains how to get the right one', () => {
    program(join(base, 'path/node'), 'PATH', '22.22.1');
    const { status, stderr } = fgs([], `${base}/path:/usr/bin:/bin`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: fgs needs Node\.js 24; this is 22\.22\.1\nhint: .*--include=optional/);
  });

  it('names the missing requirement on a machine without Node.js', () => {
    for (const name of ['sh', 'readlink']) symlinkSync(realpathSync(`/bin/${name}`), join(base, name));
    const { status, stderr } = fgs([], base);
    expect([status, stderr]).toEqual([1, expect.stringContaining('fgs needs Node.js 24')]);
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ANY_PORTS, ofPrograms, ROOT } from '../server.ts';

const run = promisify(execFile);
const FGS = join(ROOT, 'packages/cli/bin/fgs');
const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)('functions run with the rights that the service has under systemd', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fgs-service-'));
  try {
    const { stdout: unit } = await run(FGS, ['service', 'install', '--print'], { env: ofPrograms() });
    const [, taken = ''] = /^CapabilityBoundingSet=~(.+)$/m.exec(unit) ?? [];
    expect(unit).toMatch(/^NoNewPrivileges=yes\nCapab.*\nProtectSystem=yes$/m);
    const bounds = taken.split(' ').map((name) => `-${name.slice('CAP_'.length).toLowerCase()}`);
    const readOnly = 'mount --bind /usr /usr && mount -o remount,ro,bind /usr && exec "$@"';
    const rights = ['setpriv', '--no-new-privs', '--bounding-set', bounds.join(',')];
    const up = [FGS, 'up', '--once', '--data-dir', join(folder, 'data'), ...ANY_PORTS];
    const { stdout } = await run('unshare', ['--mount', 'sh', '-c', readOnly, 'sh', ...rights, ...up], {
      env: ofPrograms(),
    });
    expect(stdout).toContain('isolation    bubblewrap');
    expect(stdout).toContain('{"message":"Hello, Funcgraph!"}');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

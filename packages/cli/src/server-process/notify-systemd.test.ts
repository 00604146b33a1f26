import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { notifySystemd } from './notify-systemd.ts';

it('reports a start to systemd only as a service, and goes on without its program', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fg-notify-'));
  const said = join(folder, 'said');
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $@" >> ${said}\n`, { mode: 0o755 });
  await notifySystemd({ env: { PATH: folder } });
  await notifySystemd({ env: { PATH: join(folder, 'absent'), NOTIFY_SOCKET: '/run/x' } });
  await notifySystemd({ env: { PATH: folder, NOTIFY_SOCKET: '/run/systemd/notify' } });
  expect(readFileSync(said, 'utf8')).toBe('/run/systemd/notify --ready --status=Serving\n');
  rmSync(folder, { recursive: true });
});

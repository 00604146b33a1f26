import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, project, target } from '../../functions.ts';
import { type ProgramRun, TestServer } from '../../server.ts';
import type { Part } from './part.ts';

export const backup: Part = {
  name: 'backup',
  what: 'a backup under load, verified and restored; a server on it has what was acknowledged before',
  callers: 'nothing',
  async run({ server, changes, members, cluster }) {
    if (cluster !== undefined) return 'not with PostgreSQL, which has its own';
    const folder = mkdtempSync(join(tmpdir(), 'funcgraph-soak-backup-'));
    const copy = join(folder, 'copy');
    const restored = join(folder, 'restored');
    const fgs = async (...args: string[]): Promise<void> => succeed(args, await server.fgs(args));
    try {
      const acknowledged = changes.acknowledged;
      await fgs('backup', 'create', copy);
      await fgs('backup', 'verify', copy);
      await fgs('backup', 'restore', copy, '--data-dir', join(restored, 'data'));
      await fgs('check', '--data-dir', join(restored, 'data'));
      await using second = await TestServer.start({ folder: restored, args: ['--sandbox', 'process'] });
      const urn = members[0]?.urn ?? '';
      const { data } = await second.api.call('showFunctionConfig', { params: target(second, urn) });
      if (Number(data.description) < acknowledged)
        throw new Error(`change ${acknowledged} was acknowledged, the backup has ${data.description}`);
      const { text } = await call(second, urn, { n: 1 });
      if (text !== '{"n":1}') throw new Error(`a function of the backup answered ${text}`);
      const { functions } = (await second.api.call('listFunctions', { params: project(second) })).data;
      return `${functions.length} functions`;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export function succeed(args: readonly string[], { exitCode, stdout, stderr }: ProgramRun): void {
  if (exitCode !== 0) throw new Error(`fgs ${args.join(' ')} exits with ${exitCode}: ${stderr}${stdout.toString()}`);
}

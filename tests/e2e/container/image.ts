import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { ROOT } from '../../server.ts';
import type { Bind, Service } from './oci-config.ts';

const run = promisify(execFile);
const PACKAGE = '/opt/funcgraph/lib/node_modules/funcgraph';
/** Builds the root as the Containerfile does, of packages of Debian: minutes. */
const isFull = process.env.FGS_CONTAINER_FULL === '1';

export interface Image {
  readonly root: string;
  readonly binds: readonly Bind[];
  readonly env: Readonly<Record<string, string>>;
  /** Entry point and command. */
  readonly command: readonly string[];
}

interface ComposeService extends Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

/** A service of a compose file; that of a single server unless named. */
export async function composeService(file = 'compose.yaml', name = 'funcgraph'): Promise<ComposeService> {
  const { services } = parse(await readFile(join(ROOT, 'deploy', file), 'utf8'), { merge: true }) as {
    services: Record<string, ComposeService>;
  };
  const service = services[name];
  if (service === undefined) throw new Error(`${file} has no service ${name}`);
  return service;
}

/** Owner of the folders that the image makes for volumes, by path; a volume of another path belongs to root. */
export async function volumeOwners(): Promise<ReadonlyMap<string, number>> {
  const text = (await readFile(join(ROOT, 'deploy/Containerfile'), 'utf8')).replaceAll('\\\n', ' ');
  const [, uid = '0'] = /useradd .*--uid (\d+)/.exec(text) ?? [];
  const folders = [...text.matchAll(/install --directory --owner=funcgraph --group=funcgraph (\S+)/g)];
  return new Map(folders.map(([, folder = '']) => [folder, Number(uid)]));
}

/**
 * What the Containerfile makes of an archive of `npm pack`, which is unpacked in `installed`: without registry of images,
 * and unless it is `isFull` with the programs of this machine.
 */
export async function buildImage(folder: string, archive: string, installed: string): Promise<Image> {
  const text = (await readFile(join(ROOT, 'deploy/Containerfile'), 'utf8')).replaceAll('\\\n', ' ');
  const stage = text.slice(text.lastIndexOf('\nFROM '));
  const root = join(folder, 'root');
  const binds = isFull ? await debian(root, stage, archive) : await ofThisMachine(root, installed);
  const list = (name: string): string[] => JSON.parse(new RegExp(`^${name} (.*)$`, 'm').exec(stage)?.[1] ?? '[]');
  const [, variables = ''] = /^ENV (.*)$/m.exec(stage) ?? [];
  const env = Object.fromEntries(variables.split(' ').map((each) => each.split('=') as [string, string]));
  return { root, binds, env, command: [...list('ENTRYPOINT'), ...list('CMD')] };
}

async function debian(root: string, stage: string, archive: string): Promise<Bind[]> {
  const [, packages = ''] = /--no-install-recommends ([^&]*)\$PACKAGES/.exec(stage) ?? [];
  const [, suite = ''] = /^FROM debian:(\w+)-slim/m.exec(stage) ?? [];
  const include = packages.trim().split(/\s+/).join(',');
  await run('mmdebstrap', ['--mode=root', '--variant=minbase', `--include=${include}`, suite, root]);
  const [, user = ''] = /useradd ([^&#]*)/m.exec(stage) ?? [];
  await run('chroot', [root, 'useradd', ...user.trim().split(/\s+/)]);
  const install = ['install', '--global', '--prefix', join(root, 'opt/funcgraph'), '--no-audit', '--no-fund'];
  await run('npm', [...install, '--allow-scripts=funcgraph', archive]);
  return [];
}

async function ofThisMachine(root: string, installed: string): Promise<Bind[]> {
  const folders = ['usr', 'dev', 'proc', 'sys', 'run', 'root', 'var/lib/funcgraph', 'var/tmp', 'tmp', 'srv', 'etc'];
  for (const folder of [...folders, PACKAGE.slice(1), 'opt/funcgraph/bin'])
    await mkdir(join(root, folder), { recursive: true });
  for (const folder of ['tmp', 'var/tmp']) await chmod(join(root, folder), 0o1777);
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(root, name));
  for (const name of ['nsswitch.conf', 'ld.so.cache', 'alternatives', 'ssl', 'login.defs'])
    await cp(join('/etc', name), join(root, 'etc', name), { recursive: true, verbatimSymlinks: true });
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
  await writeFile(join(root, 'etc/resolv.conf'), 'nameserver 192.0.2.53\n');
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nfuncgraph:x:800:800::/:/usr/sbin/nologin\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nfuncgraph:x:800:\n');
  const modules = join(installed, 'node_modules');
  await mkdir(modules, { recursive: true });
  await symlink('../lib/node_modules/funcgraph/packages/cli/bin/fgs', join(root, 'opt/funcgraph/bin/fgs'));
  return [
    { from: '/usr', to: '/usr' },
    { from: installed, to: PACKAGE },
    { from: join(ROOT, 'node_modules'), to: join(PACKAGE, 'node_modules') },
  ];
}

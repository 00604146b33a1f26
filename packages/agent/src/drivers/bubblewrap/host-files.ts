import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { CODE_PATH, PLATFORM_ADDRESS, PLATFORM_HOST } from '../../protocol.ts';
import { assembled, type HostTree, treeArguments } from './host-trees.ts';

/** The function runs as this user in the sandbox, with any user on the host. */
export const INNER_UID = 1003;
const HOSTNAME = 'funcgraph';

const COPIED = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'timezone',
  'mime.types',
  'protocols',
  'services',
  'gai.conf',
];
/** Folders of the host that programs expect and that hold nothing private. Each costs a mount at every start. */
const SHOWN = ['ssl/certs', 'pki/ca-trust', 'pki/tls/certs', 'alternatives', 'fonts'];
const TOP_LINKS = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** Where Python packages of the host stand: the interpreters of the host are shown without them. */
const PACKAGES = /^python[\d.]+\/(?:dist|site)-packages$/;
const LIBRARY_FOLDERS = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/usr/local/lib64'];

/** What the sandbox shows of the host, found out once when the agent starts. */
export interface HostFiles {
  readonly hostname: string;
  /** The `/etc` of our own, as a folder of the host. */
  readonly etcFolder: string;
  readonly trees: { readonly usr: HostTree; readonly etc: HostTree };
}

/** Writes a minimal `/etc` into `etcFolder`, without accounts, keys or configuration of the host. */
export function prepareHostFiles(etcFolder: string): HostFiles {
  mkdirSync(etcFolder, { recursive: true, mode: 0o755 });
  const account = `snuser:x:${INNER_UID}:${INNER_UID}::/home/snuser:/bin/sh\n`;
  write(etcFolder, 'passwd', `root:x:0:0:root:/root:/bin/sh\n${account}nobody:x:65534:65534:nobody:/:/bin/sh\n`);
  write(etcFolder, 'group', `root:x:0:\nsnuser:x:${INNER_UID}:\nnogroup:x:65534:\n`);
  write(
    etcFolder,
    'hosts',
    `127.0.0.1 localhost ${HOSTNAME}\n::1 localhost ip6-localhost\n${PLATFORM_ADDRESS} ${PLATFORM_HOST}\n`,
  );
  write(etcFolder, 'hostname', `${HOSTNAME}\n`);
  write(
    etcFolder,
    'nsswitch.conf',
    'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n',
  );
  write(etcFolder, 'resolv.conf', '# This sandbox has no network.\n');
  for (const name of COPIED) copy(`/etc/${name}`, `${etcFolder}/${name}`);
  mkdirSync(`${etcFolder}/ssl`, { recursive: true });
  copy('/etc/ssl/openssl.cnf', `${etcFolder}/ssl/openssl.cnf`);
  const shown = [...SHOWN, ...javaFolders()].filter((name) => existsSync(`/etc/${name}`));
  for (const name of shown) mkdirSync(`${etcFolder}/${name}`, { recursive: true });
  const etc = { source: etcFolder, target: '/etc', emptied: [], shown: shown.map((name) => `/etc/${name}`) };
  const usr = { source: '/usr', target: '/usr', emptied: pythonPackages(), shown: [] };
  return { hostname: HOSTNAME, etcFolder, trees: { usr, etc } };
}

/** The same with fewer mounts at each start: needs root and the agent's own mount namespace. */
export async function withAssembledTrees(host: HostFiles, folder: string): Promise<HostFiles> {
  const [usr, etc] = await Promise.all([assembled(host.trees.usr, folder), assembled(host.trees.etc, folder)]);
  return { ...host, trees: { usr, etc } };
}

/** Arguments of bubblewrap that assemble the read-only root, in order. */
export function rootArguments({ trees }: HostFiles): string[] {
  const args = treeArguments(trees.usr);
  for (const name of TOP_LINKS) {
    const kind = kindOf(`/${name}`);
    if (kind === 'link') args.push('--symlink', readlinkSync(`/${name}`), `/${name}`);
    if (kind === 'folder') args.push('--ro-bind', `/${name}`, `/${name}`);
  }
  args.push(...treeArguments(trees.etc));
  args.push('--proc', '/proc', '--dev', '/dev');
  // Semaphores and shared memory of Python and others; unlike /tmp it counts as memory of the function.
  args.push('--perms', '1777', '--size', String(64 << 20), '--tmpfs', '/dev/shm', '--remount-ro', '/dev');
  args.push(
    '--dir',
    CODE_PATH,
    '--dir',
    '/home/snuser',
    '--dir',
    '/run',
    '--dir',
    '/var',
    '--symlink',
    '../tmp',
    '/var/tmp',
  );
  return args;
}

function pythonPackages(): string[] {
  return LIBRARY_FOLDERS.filter((folder) => kindOf(folder) === 'folder').flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('python') && kindOf(`${folder}/${name}`) === 'folder')
      .flatMap((name) => readdirSync(`${folder}/${name}`).map((inner) => `${name}/${inner}`))
      .filter((inner) => PACKAGES.test(inner) && kindOf(`${folder}/${inner}`) === 'folder')
      .map((inner) => `${folder}/${inner}`),
  );
}

function javaFolders(): string[] {
  return readdirSync('/etc').filter((name) => /^java-\d+-openjdk$/.test(name));
}

function kindOf(path: string): 'link' | 'folder' | 'none' {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) return 'link';
  return found?.isDirectory() ? 'folder' : 'none';
}

function copy(source: string, target: string): void {
  if (!existsSync(source)) return;
  if (lstatSync(source).isDirectory()) cpSync(source, target, { recursive: true, dereference: true });
  else copyFileSync(source, target);
}

function write(folder: string, name: string, text: string): void {
  writeFileSync(`${folder}/${name}`, text, { mode: 0o644 });
}

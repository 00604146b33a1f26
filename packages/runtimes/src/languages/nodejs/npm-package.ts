import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../programs/run-program.ts';
import { RuntimeError } from '../../programs/runtime-error.ts';

const VIEW_TIMEOUT_MS = 60_000;
const PACK_TIMEOUT_MS = 600_000;
const UNPACK_TIMEOUT_MS = 120_000;
/** The largest of these programs has about 130 MB. */
const MAX_PROGRAM_BYTES = 400 * 1024 * 1024;

/** What the package registry calls this machine, or undefined when it offers nothing for it. */
export function nodePackage(platform: string, arch: string): string | undefined {
  if (platform !== 'linux') return undefined;
  return arch === 'x64' || arch === 'arm64' ? `node-linux-${arch}` : undefined;
}

function failed(what: string, detail: string): RuntimeError {
  const line = detail
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .slice(0, 3)
    .join('; ');
  return new RuntimeError(
    'runtime.install_failed',
    `${what}: ${line.slice(0, 400)}`,
    'check that npm reaches its registry, or use `fgs runtimes add <runtime> --from <dir>` with an unpacked Node.js',
  );
}

/** The server's user may have no home: the files of npm go into `folder`. */
async function npm(args: readonly string[], folder: string, timeoutMs: number, what: string): Promise<string> {
  let result: Awaited<ReturnType<typeof runProgram>>;
  try {
    result = await runProgram(
      'npm',
      [...args, '--cache', join(folder, 'npm'), '--json', '--ignore-scripts', '--no-update-notifier', '--no-fund'],
      timeoutMs,
    );
  } catch (cause) {
    throw failed(what, cause instanceof Error ? `npm cannot be started (${cause.message})` : 'npm cannot be started');
  }
  if (result.code !== 0) throw failed(what, result.stderr || result.stdout);
  return result.stdout;
}

function newest(versions: readonly string[]): string | undefined {
  const parsed = versions
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .map((version) => version.split('.').map(Number));
  parsed.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0) || (a[2] ?? 0) - (b[2] ?? 0));
  return parsed.pop()?.join('.');
}

/** The newest published version of `packageName` that begins with `prefix` (`14.18` or `22`). `folder` is for npm's own files. */
export async function newestVersion(packageName: string, prefix: string, folder: string): Promise<string> {
  const what = `looking up ${packageName} ${prefix}`;
  const text = await npm(['view', `${packageName}@${prefix}`, 'version'], folder, VIEW_TIMEOUT_MS, what);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw failed(what, 'npm gave no answer');
  }
  const versions = (Array.isArray(answer) ? answer : [answer]).filter((each) => typeof each === 'string');
  const found = newest(versions.filter((version) => version.startsWith(`${prefix}.`)));
  if (found === undefined) throw failed(what, 'no such version is published');
  return found;
}

/**
 * Fetches `packageName@version` into `folder` (npm checks its integrity hash) and unpacks nothing but its program and
 * licence to `<folder>/tree`. The content of the archive is not trusted: only two named members are written, neither of
 * them may be a link.
 */
export async function fetchNode(packageName: string, version: string, folder: string): Promise<string> {
  const what = `fetching ${packageName}@${version}`;
  const archives = join(folder, 'archive');
  const tree = join(folder, 'tree');
  await mkdir(archives);
  await mkdir(tree, { mode: 0o755 });
  await npm(['pack', `${packageName}@${version}`, '--pack-destination', archives], folder, PACK_TIMEOUT_MS, what);
  const [archive] = (await readdir(archives)).filter((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw failed(what, 'npm delivered no archive');
  const members = ['package/bin/node', 'package/LICENSE'];
  const args = [
    '-xzf',
    join(archives, archive),
    '-C',
    tree,
    '--no-same-owner',
    '--no-same-permissions',
    '--strip-components=1',
  ];
  const unpacked = await runProgram('tar', [...args, ...members], UNPACK_TIMEOUT_MS);
  if (unpacked.code !== 0) throw failed(`unpacking ${archive}`, unpacked.stderr);
  const program = join(tree, 'bin', 'node');
  const found = await lstat(program);
  const folderFound = await lstat(join(tree, 'bin'));
  if (!found.isFile() || !folderFound.isDirectory() || found.size > MAX_PROGRAM_BYTES) {
    throw failed(`unpacking ${archive}`, 'bin/node is not a plain file of a believable size');
  }
  await chmod(join(tree, 'bin'), 0o755);
  await chmod(program, 0o755);
  return tree;
}

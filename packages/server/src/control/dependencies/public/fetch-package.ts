import { spawn } from 'node:child_process';
import { PlatformError } from '../../../lib/platform-error.ts';
import { installReason } from './install-reason.ts';
import type { PublicPackage } from './public-list.ts';

const TIMEOUT_MS = 300_000;
const MAX_OUTPUT = 64 * 1024;

/** The package to fetch. `version` has digits and dots only. */
export interface Requested {
  readonly source: NonNullable<PublicPackage['source']>;
  readonly version: string;
  /** Such as `Python3.9`; decides which compiled parts fit. */
  readonly runtime: string;
}

/**
 * Runs the machine's own npm or pip to install a package with its dependencies into an empty folder. No script of a
 * package runs. Throws `archive_not_fetched` with the program's message.
 */
export async function fetchPackage({ source, version, runtime }: Requested, folder: string): Promise<void> {
  const what = `${source.name} ${version}`;
  const { program, args } =
    source.index === 'npm' ? npm(source.name, version) : pip(source.name, version, runtime, folder);
  let result: Awaited<ReturnType<typeof run>>;
  try {
    result = await run(program, args, folder);
  } catch (cause) {
    throw refused(what, source.index, `${program} cannot be started`, cause);
  }
  if (result.code === 0) return;
  throw refused(what, source.index, result.code === null ? 'it took too long' : installReason(result.output));
}

function npm(name: string, version: string): { program: string; args: string[] } {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const contents = ['--ignore-scripts', '--omit=dev', '--no-bin-links', '--no-save', '--no-package-lock'];
  return { program: 'npm', args: ['install', '--prefix', '.', ...contents, ...quiet, `${name}@${version}`] };
}

function pip(name: string, version: string, runtime: string, folder: string): { program: string; args: string[] } {
  // wheels only: anything else runs a program of the package to build it
  const contents = ['--only-binary=:all:', '--no-compile', '--implementation', 'cp'];
  const fits = ['--python-version', runtime.slice('Python'.length)];
  const quiet = ['--no-input', '--disable-pip-version-check', '--quiet', '--retries', '1', '--timeout', '15'];
  const args = ['-m', 'pip', 'install', '--target', folder, ...contents, ...fits, ...quiet, `${name}==${version}`];
  return { program: 'python3', args };
}

function refused(what: string, index: string, why: string, cause?: unknown): PlatformError {
  return new PlatformError('archive_not_fetched', `${what} was not installed: ${why}`, {
    hint: `Check that ${index} reaches its package index and that it has this version; --version takes another. Or pack the library yourself: fgs dependencies create.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function run(program: string, args: readonly string[], cwd: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    let output = '';
    const collect = (chunk: Buffer): void => {
      if (output.length < MAX_OUTPUT) output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

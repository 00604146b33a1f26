import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { runProgram } from '../src/programs/run-program.ts';
import { CASES } from './interpreters.ts';

const SOURCES = join(CASES, 'go');
/** What `fgs runtimes go-api` writes; the programs name it relative to where they are. */
const LIBRARY = join(CASES, '../../go-api');
const PROGRAMS = ['handlers', 'strangers', 'bootstrap'] as const;
const BUILD_TIMEOUT_MS = 170_000;
/** Nothing is fetched: the only module outside of the standard library is in the project. */
const SETTINGS = ['GOFLAGS=-mod=mod', 'GOPROXY=off', 'GOTOOLCHAIN=local', 'CGO_ENABLED=0', 'GO111MODULE=on'];

export type GoProgram = (typeof PROGRAMS)[number];

/** The compiled programs of `cases/go`, or why there are none. */
export type GoPrograms = Readonly<Record<GoProgram, string>> | { readonly missing: string };

function sourceFiles(): string[] {
  return [SOURCES, LIBRARY].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort(),
  );
}

/** Compiles programs that are not in this user's cache yet. Rejects with the compiler's output on an error. */
export async function buildGoPrograms(): Promise<GoPrograms> {
  const version = await runProgram('go', ['version'], 15_000).catch(() => undefined);
  if (version?.code !== 0) return { missing: 'the Go compiler is not on this machine (Debian: golang-go)' };
  const hash = createHash('sha256').update(version.stdout).update(SETTINGS.join());
  for (const file of sourceFiles()) hash.update(relative(SOURCES, file)).update(readFileSync(file));
  const cache = join(tmpdir(), `funcgraph-test-go-${process.getuid?.() ?? 0}`);
  const target = join(cache, hash.digest('hex').slice(0, 16));
  if (!existsSync(target)) await buildInto(cache, target);
  return {
    handlers: join(target, 'handlers'),
    strangers: join(target, 'strangers'),
    bootstrap: join(target, 'bootstrap'),
  };
}

async function buildInto(cache: string, target: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, '.new-'));
  try {
    cpSync(SOURCES, join(work, 'conformance/cases/go'), { recursive: true });
    cpSync(LIBRARY, join(work, 'go-api'), { recursive: true });
    for (const program of PROGRAMS) {
      // A server of the tests may have changed the home folder; the compiler's own cache must stay where it was.
      const home = [`HOME=${homedir()}`, `GOCACHE=${join(cache, 'go-build')}`];
      const build = ['go', 'build', '-C', join(work, 'conformance/cases/go', program), '-trimpath', '-ldflags=-s -w'];
      const args = [...home, ...SETTINGS, ...build, '-o', join(work, 'out', program), '.'];
      const { code, stderr } = await runProgram('env', args, BUILD_TIMEOUT_MS);
      if (code !== 0) throw new Error(`go build of ${program} ended with ${code}: ${stderr.slice(0, 2000)}`);
    }
    renameSync(join(work, 'out'), target);
  } catch (error) {
    // Another run was faster: its programs are the same.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Puts a compiled program under `name` into a code folder; it behaves as the handler of that name. */
export function placeProgram(program: string, codeRoot: string, name: string): void {
  const file = join(codeRoot, name);
  mkdirSync(dirname(file), { recursive: true });
  linkSync(program, file);
}

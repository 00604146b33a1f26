import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RuntimeRegistry } from '../src/index.ts';
import { classArchive } from '../src/languages/java/class-archive.ts';
import { findHostJvms } from '../src/languages/java/host-jvms.ts';
import { JAVA_CLASS_PATH, JAVA_MAIN, jvmFlags, speaksUnix } from '../src/languages/java/jvm.ts';
import { runProgram } from '../src/programs/run-program.ts';
import { placeShims } from '../src/registry/shim-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const CASES = join(ROOT, 'conformance', 'cases');
const CACHE = join(tmpdir(), `funcgraph-test-runtimes-${process.getuid?.() ?? 0}`);
/** As instances see it: its modules in one file. */
const NODE_SHIM = join(await placeShims(ROOT, CACHE), 'nodejs', 'shim.js');

/** How to start a shim with one interpreter, or why it cannot be tried here. */
export interface Interpreter {
  readonly name: string;
  readonly version: string;
  readonly command: readonly string[];
}

export type Found = Interpreter | { readonly name: string; readonly missing: string };

export function isMissing(found: Found): found is { readonly name: string; readonly missing: string } {
  return 'missing' in found;
}

function nodeCommand(program: string): string[] {
  return [program, '--max-old-space-size=3800', NODE_SHIM];
}

function pythonCommand(program: string, version: string): string[] {
  const flags = version.startsWith('2.') ? ['-E', '-s', '-S', '-B'] : ['-I', '-S', '-B'];
  return [program, ...flags, join(ROOT, 'python', 'shim.py')];
}

/** Node.js `name` from the folder `runtimes`, fetched into a cache of this user when no folder is given. */
export async function findNode(name: string, runtimes: string | undefined): Promise<Found> {
  mkdirSync(runtimes ?? CACHE, { recursive: true, mode: 0o755 });
  const registry = new RuntimeRegistry(runtimes ?? CACHE);
  try {
    const listed = (await registry.list()).find((each) => each.name === name);
    const usable = listed?.available === true || runtimes !== undefined ? listed : await registry.install(name);
    if (usable?.path === undefined) return { name, missing: 'not in FUNCGRAPH_TEST_RUNTIMES' };
    return { name, version: usable.version ?? '', command: nodeCommand(usable.path) };
  } catch (error) {
    return { name, missing: error instanceof Error ? error.message.slice(0, 120) : 'unknown' };
  }
}

/** The Node.js that runs the tests. */
export function hostNode(): Interpreter {
  return {
    name: `host Node.js ${process.versions.node}`,
    version: process.versions.node,
    command: nodeCommand(process.execPath),
  };
}

/** Whether `program` really is a Python of `version`; version managers put stand-ins on the path that only print an error. */
async function tryPython(program: string, version: string): Promise<string | undefined> {
  try {
    const question = 'import sys; sys.stdout.write("%d.%d.%d %s" % (sys.version_info[:3] + (sys.executable,)))';
    const { code, stdout } = await runProgram(program, ['-c', question], 15_000);
    const [actual = '', path = ''] = stdout.split(' ');
    return code === 0 && (version === '' || actual.startsWith(`${version}.`)) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function pyenvPrograms(version: string): Promise<string[]> {
  try {
    const { code, stdout } = await runProgram('pyenv', ['root'], 15_000);
    if (code !== 0) return [];
    const versions = join(stdout.trim(), 'versions');
    return readdirSync(versions)
      .filter((entry) => entry.startsWith(`${version}.`))
      .map((entry) => join(versions, entry, 'bin', 'python'));
  } catch {
    return [];
  }
}

/** Python `version` (`3.9`) from `runtimes`, pyenv or the path; the empty version stands for `python3`. */
export async function findPython(version: string, runtimes: string | undefined): Promise<Found> {
  const name = version === '' ? 'host python3' : `Python${version}`;
  const candidates: string[] = [];
  if (runtimes !== undefined && version !== '') {
    const listed = (await new RuntimeRegistry(runtimes).list()).find((each) => each.name === name);
    if (listed?.path !== undefined) candidates.push(listed.path);
  }
  if (version !== '') candidates.push(...(await pyenvPrograms(version)));
  candidates.push(version === '' ? 'python3' : `python${version}`);
  for (const candidate of candidates) {
    const program = await tryPython(candidate, version);
    if (program !== undefined) return { name, version, command: pythonCommand(program, version) };
  }
  return { name, missing: 'neither in FUNCGRAPH_TEST_RUNTIMES, nor from pyenv, nor on the path' };
}

/** The supervisor of Custom functions on the Node.js that runs the tests. */
export function customSupervisor(): Interpreter {
  return { name: 'Custom', version: '', command: [process.execPath, join(ROOT, 'custom', 'shim.js')] };
}

/** The supervisor of HTTP functions on the Node.js that runs the tests. */
export function httpSupervisor(): Interpreter {
  return { name: 'http', version: '', command: [process.execPath, join(ROOT, 'http', 'shim.js')] };
}

/** The supervisor of Go functions on the Node.js that runs the tests. */
export function goSupervisor(): Interpreter {
  return { name: 'Go1.x', version: '', command: [process.execPath, join(ROOT, 'go', 'shim.js')] };
}

/** A JVM and the command that compiles test handlers for it. */
export interface JavaVirtualMachine extends Interpreter {
  readonly javac: string;
  /** Frames travel over the loopback, as for JVMs that know no unix sockets. */
  readonly relayed: boolean;
}

/**
 * Each JVM of the system once by its own link and, for the oldest, once through the relay; none without the built shim.
 * They start as in a sandbox, with the classes of the shim from an archive: `root` is laid out like one, and instances
 * start in its folder `opt/function`.
 */
export async function findJvms(
  root: string,
): Promise<readonly (JavaVirtualMachine | { readonly name: string; readonly missing: string })[]> {
  const jar = join(ROOT, 'java', 'build', 'shim.jar');
  if (!existsSync(jar)) return [{ name: 'Java', missing: 'the shim is not built: it needs a JDK, then npm run build' }];
  const jvms = await findHostJvms();
  const javac = jvms.map((jvm) => join(jvm.home, 'bin', 'javac')).find((path) => existsSync(path));
  if (javac === undefined) return [{ name: 'Java', missing: 'no javac in /usr/lib/jvm' }];
  const shims = join(root, 'home/snuser/runtime');
  for (const folder of [join(shims, 'java'), join(root, 'opt/function')]) mkdirSync(folder, { recursive: true });
  copyFileSync(jar, join(shims, 'java/shim.jar'));
  const found: JavaVirtualMachine[] = [];
  for (const [at, { home, version }] of jvms.entries()) {
    const java = join(home, 'bin', 'java');
    const archive = await classArchive(java, version, shims);
    const archived = archive === undefined ? [] : [`-XX:SharedArchiveFile=${join(shims, 'java', archive)}`];
    const command = [java, ...jvmFlags(version), ...archived, '-cp', JAVA_CLASS_PATH, JAVA_MAIN];
    const direct = { name: `Java ${version}`, version, command, javac, relayed: false };
    const relay = [process.execPath, join(ROOT, 'java', 'relay.js'), ...command];
    if (speaksUnix(version)) found.push(direct);
    if (at === 0 || !speaksUnix(version))
      found.push({ ...direct, name: `${direct.name} by relay`, command: relay, relayed: true });
  }
  return found;
}

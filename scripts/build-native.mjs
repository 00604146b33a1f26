// Compiles the agent's helper when this machine has a C compiler. Without one, the agent mounts by other means.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasProgram, ROOT, runQuietly, say } from './steps.mjs';

const SOURCE = join(ROOT, 'packages/agent/native/attach.c');
const FOLDER = join(ROOT, 'packages/agent/native/build');
const PROGRAM = join(FOLDER, 'attach');
const STAMP = join(FOLDER, 'attach.sha256');
const FLAGS = [
  '-std=gnu11',
  '-O2',
  '-Wall',
  '-Wextra',
  '-fstack-protector-strong',
  '-D_FORTIFY_SOURCE=2',
  '-fPIE',
  '-pie',
];

/** Does nothing when what is built comes from the same source. Never throws: everything works without it, only slower. */
export async function buildNative() {
  const hash = createHash('sha256')
    .update(readFileSync(SOURCE))
    .update(FLAGS.join(' '))
    .update(process.arch)
    .digest('hex');
  if (existsSync(PROGRAM) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return;
  const compiler = ['cc', 'gcc', 'clang'].find(hasProgram);
  if (process.platform !== 'linux' || compiler === undefined) {
    // One from another source may not understand the agent.
    rmSync(FOLDER, { recursive: true, force: true });
    say(
      'no C compiler: the attach helper is not built, instances take code a little slower (install gcc and libc6-dev)',
    );
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  // Whoever runs the old one, or builds at the same time, keeps a whole file.
  const fresh = `${PROGRAM}.${process.pid}`;
  const { ok, output } = await runQuietly(compiler, [...FLAGS, '-o', fresh, SOURCE]);
  if (!ok) {
    rmSync(FOLDER, { recursive: true, force: true });
    say(`the attach helper is not built, instances take code a little slower:\n${output.trimEnd()}`);
    return;
  }
  renameSync(fresh, PROGRAM);
  writeFileSync(STAMP, hash);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildNative();

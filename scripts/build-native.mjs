// Compiles the agent's helpers when this machine has a C compiler. Without one, the agent works by other means.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasProgram, ROOT, runQuietly, say } from './steps.mjs';

/** Each is one source file besides the headers, with what is slower or missing without its program. */
const HELPERS = {
  attach: 'instances take code a little slower',
  network: 'instances get their network a little slower',
  doors: 'functions cannot call the platform from inside',
  volume: 'the volumes for /tmp of instances take more processor time',
  launch: 'instances start slower, and bubblewrap makes their sandboxes',
};
/** Executed at each start of an instance: without libraries to load where the static C library is installed. */
const STATIC = ['launch'];
const SOURCES = join(ROOT, 'packages/agent/native');
const FOLDER = join(SOURCES, 'build');
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

/** Does nothing when the built programs are up to date. Never throws: the agent works without them. */
export async function buildNative() {
  for (const [name, missing] of Object.entries(HELPERS)) await buildHelper(name, missing);
}

async function buildHelper(name, missing) {
  const source = join(SOURCES, `${name}.c`);
  const program = join(FOLDER, name);
  const stamp = join(FOLDER, `${name}.sha256`);
  const variants = STATIC.includes(name) ? [[...FLAGS, '-static-pie'], FLAGS] : [FLAGS];
  const headers = readdirSync(SOURCES).filter((file) => file.endsWith('.h'));
  const texts = [source, ...headers.sort().map((file) => join(SOURCES, file))].map((file) =>
    readFileSync(file, 'utf8'),
  );
  const hash = createHash('sha256')
    .update(texts.join('\n'))
    .update(variants.join(' '))
    .update(process.arch)
    .digest('hex');
  if (existsSync(program) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const compiler = ['cc', 'gcc', 'clang'].find(hasProgram);
  // A program of another source may be incompatible with the agent.
  const forget = () => {
    rmSync(program, { force: true });
    rmSync(stamp, { force: true });
  };
  if (process.platform !== 'linux' || compiler === undefined) {
    forget();
    say(`no C compiler: the ${name} helper is not built, ${missing} (install gcc and libc6-dev)`);
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  // A process that runs the old program, or a concurrent build, keeps a complete file.
  const fresh = `${program}.${process.pid}`;
  let failure = '';
  for (const flags of variants) {
    const { ok, output } = await runQuietly(compiler, [...flags, '-o', fresh, source]);
    failure = output.trimEnd();
    if (!ok) continue;
    // The users of sandboxes execute it too, whatever the umask is.
    chmodSync(fresh, 0o755);
    renameSync(fresh, program);
    writeFileSync(stamp, hash);
    return;
  }
  forget();
  say(`the ${name} helper is not built, ${missing}:\n${failure}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildNative();

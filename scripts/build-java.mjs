// Compiles the Java shim when this machine has a JDK, and packs the classes that functions are compiled against apart.
// Without one, only Java functions cannot run here.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, runQuietly, say } from './steps.mjs';

const SOURCES = join(ROOT, 'packages/runtimes/java/src');
const FOLDER = join(ROOT, 'packages/runtimes/java/build');
const JAR = join(FOLDER, 'shim.jar');
/** What `fgs runtimes java-api` writes. */
const API = join(FOLDER, 'api.jar');
const STAMP = join(FOLDER, 'shim.sha256');
/** The oldest JVM that the contract names; `--release` came with JDK 9. */
const FLAGS = ['--release', '8', '-g:source,lines', '-Xlint:all,-options', '-Werror'];
const MAIN = 'funcgraph.runtime.Main';

function sources() {
  const entries = readdirSync(SOURCES, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.java'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Folder with `javac` and `jar`: that of JAVA_HOME, of the path, or the first of the system. */
function findTools() {
  const folders = [
    ...(process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, 'bin')] : []),
    ...(process.env.PATH ?? '').split(':'),
    ...(existsSync('/usr/lib/jvm') ? readdirSync('/usr/lib/jvm').map((name) => join('/usr/lib/jvm', name, 'bin')) : []),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'javac')) && existsSync(join(folder, 'jar')));
  return found === undefined ? undefined : dirname(realpathSync(join(found, 'javac')));
}

/** Does nothing when the built jar is up to date. Never throws. */
export async function buildJava() {
  const files = sources();
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const file of files)
    hash
      .update(`${file.slice(SOURCES.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  const stamp = hash.digest('hex');
  if (existsSync(JAR) && existsSync(API) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return;
  // A jar of other sources may be incompatible with the server.
  rmSync(STAMP, { force: true });
  const tools = findTools();
  if (tools === undefined) {
    rmSync(JAR, { force: true });
    say(
      'no JDK: the Java shim is not built, Java functions cannot run (apt-get install default-jdk-headless, then npm run build)',
    );
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  // A concurrent build keeps a complete file.
  const work = mkdtempSync(join(FOLDER, '.new-'));
  try {
    const classes = join(work, 'classes');
    const compiled = await runQuietly(join(tools, 'javac'), [...FLAGS, '-encoding', 'UTF-8', '-d', classes, ...files]);
    let packed = compiled;
    for (const args of [
      ['cfe', join(work, 'shim.jar'), MAIN, '-C', classes, '.'],
      ['cf', join(work, 'api.jar'), '-C', classes, 'com'],
    ])
      if (packed.ok) packed = await runQuietly(join(tools, 'jar'), args);
    if (!packed.ok) {
      rmSync(JAR, { force: true });
      say(`the Java shim is not built, Java functions cannot run:\n${packed.output.trimEnd()}`);
      return;
    }
    renameSync(join(work, 'api.jar'), API);
    renameSync(join(work, 'shim.jar'), JAR);
    writeFileSync(STAMP, stamp);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildJava();

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileExists } from '../../programs/interpreter-file.ts';
import { runProgram } from '../../programs/run-program.ts';
import { canArchive, JAVA_CLASS_PATH, JAVA_MAIN, jvmFlags } from './jvm.ts';

const DUMP_TIMEOUT_MS = 60_000;

/** Stops a shim after its `hello`: by then it has loaded every class that a request needs. */
function endAtHello(socketPath: string): Promise<{ close(): void }> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        const header = Buffer.from('{"type":"shutdown"}');
        const sizes = Buffer.alloc(8);
        sizes.writeUInt32BE(header.length, 0);
        socket.write(Buffer.concat([sizes, header]));
      });
    });
    server.once('error', reject);
    server.listen(socketPath, () => resolve(server));
  });
}

/** Made once, although several runtimes of one JVM may need it at the same time. */
const archives = new Map<string, Promise<string | undefined>>();

/**
 * The classes of the shim, parsed and laid out once for this JVM in `<shims>/java`, where no function can write; a JVM that
 * maps them starts a third faster. Returns the name of the file; undefined for JVMs that have no such archives or fail to
 * make one, which costs only that time.
 */
export function classArchive(program: string, version: string, shims: string): Promise<string | undefined> {
  if (!canArchive(version)) return Promise.resolve(undefined);
  const key = `${program}\0${version}\0${shims}`;
  const making = archives.get(key) ?? makeArchive(program, version, shims);
  archives.set(key, making);
  return making;
}

async function makeArchive(program: string, version: string, shims: string): Promise<string | undefined> {
  const found = await stat(program);
  const key = createHash('sha256').update(`${program}\0${version}\0${found.size}\0${found.mtimeMs}`).digest('hex');
  const name = `classes-${key.slice(0, 16)}.jsa`;
  const folder = join(shims, 'java');
  if (await fileExists(join(folder, name))) return name;
  // The layout of an instance around the class path; short, because a socket lies in it.
  const root = await mkdtemp(join(tmpdir(), 'fg-jsa-'));
  try {
    const work = join(root, 'opt/function');
    await mkdir(work, { recursive: true });
    await mkdir(join(root, 'home/snuser/runtime'), { recursive: true });
    await symlink(folder, join(root, 'home/snuser/runtime/java'));
    const link = join(root, 'l.sock');
    const server = await endAtHello(link);
    const made = join(folder, `.${name}.${randomUUID()}`);
    const flags = [...jvmFlags(version), `-XX:ArchiveClassesAtExit=${made}`, '-cp', JAVA_CLASS_PATH, JAVA_MAIN];
    const result = await runProgram(program, flags, DUMP_TIMEOUT_MS, { cwd: work, env: { FUNCGRAPH_LINK: link } });
    server.close();
    if (result.code !== 0 || !(await fileExists(made))) {
      await rm(made, { force: true });
      return undefined;
    }
    await rename(made, join(folder, name));
    return name;
  } catch {
    return undefined;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

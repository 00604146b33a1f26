import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './server.ts';

const SHIM = join(ROOT, 'packages/runtimes/java/build/shim.jar');

function toolFolder(): string | undefined {
  const system = '/usr/lib/jvm';
  const folders = existsSync(system) ? readdirSync(system).map((name) => join(system, name, 'bin')) : [];
  return folders.find((folder) => existsSync(join(folder, 'javac')) && existsSync(join(folder, 'jar')));
}

/** Why Java functions cannot be tried here; undefined when they can. */
export function whyNoJava(): string | undefined {
  if (toolFolder() === undefined) return 'no JDK: apt-get install default-jdk-headless';
  return existsSync(SHIM) ? undefined : 'the Java shim is not built: npm run build';
}

/** Compiles sources, by their path, against the contract's classes and packs them: the bytes of a jar. */
export function compileJar(sources: Readonly<Record<string, string>>): Buffer {
  const tools = toolFolder() ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-jar-'));
  try {
    const files = Object.entries(sources).map(([path, text]) => {
      const file = join(folder, 'src', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    });
    const classes = join(folder, 'classes');
    const flags = ['--release', '8', '-nowarn', '-encoding', 'UTF-8', '-cp', SHIM, '-d', classes];
    execFileSync(join(tools, 'javac'), [...flags, ...files], { stdio: 'pipe' });
    execFileSync(join(tools, 'jar'), ['cf', join(folder, 'code.jar'), '-C', classes, '.'], { stdio: 'pipe' });
    return readFileSync(join(folder, 'code.jar'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

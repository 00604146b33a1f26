import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type RuntimeSource = 'host' | 'added' | 'installed';

/** `<registry>/<id>/runtime.json`: which interpreter serves a runtime. */
export interface RuntimeManifest {
  readonly name: string;
  readonly source: RuntimeSource;
  /** As the interpreter itself reported it when `stamp` was taken. */
  readonly version: string;
  /** `tree`: `path` is a folder with `bin/<program>`; `file`: `path` is the program itself. */
  readonly kind: 'tree' | 'file';
  /** Absolute, or relative to the folder of the manifest. */
  readonly path: string;
  readonly stamp: string;
}

const FILE = 'runtime.json';
const SOURCES: readonly string[] = ['host', 'added', 'installed'];

function parse(text: string): RuntimeManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const found = value as Record<string, unknown>;
  const texts = ['name', 'version', 'path', 'stamp', 'source', 'kind'].every((key) => typeof found[key] === 'string');
  if (!texts || !SOURCES.includes(String(found.source)) || (found.kind !== 'tree' && found.kind !== 'file'))
    return undefined;
  return {
    name: String(found.name),
    source: found.source as RuntimeSource,
    version: String(found.version),
    kind: found.kind,
    path: String(found.path),
    stamp: String(found.stamp),
  };
}

/** The manifest in `folder`; `undefined` when there is none or it is damaged. */
export async function readManifest(folder: string): Promise<RuntimeManifest | undefined> {
  try {
    return parse(await readFile(join(folder, FILE), 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}

/** Replaces the manifest atomically. */
export async function writeManifest(folder: string, manifest: RuntimeManifest): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const temporary = join(folder, `${FILE}.new`);
  await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(temporary, join(folder, FILE));
}

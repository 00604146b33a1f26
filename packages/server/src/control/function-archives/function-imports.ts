import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import { ArtifactError, type ArtifactStore } from '../../artifacts/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Dependencies } from '../dependencies/dependencies.ts';
import type { NewFunction } from '../functions/types.ts';

export interface FunctionImportsOptions {
  readonly artifacts: ArtifactStore;
  readonly dependencies: Dependencies;
  /** Removes stored bytes that no version uses. */
  readonly collect: (sha256: string) => Promise<void>;
}

/** A dependency as another server can find it. */
export interface NamedDependency {
  readonly name: string;
  readonly runtime: string;
  readonly version: number;
}

/** The contents of the YAML file of an exported function. */
export interface ExportedFunction {
  readonly fn: NewFunction;
  /** In the order in which the function has them. */
  readonly dependencies: readonly NamedDependency[];
  /** Name of the file with the code beside the YAML file; absent where the code was not exported. */
  readonly code: string | undefined;
}

/** More than the largest configuration needs. */
const MAX_YAML_BYTES = 256 * 1024;
const YAML = /\.ya?ml$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads archives of `FunctionExports`; their contents are untrusted. */
export class FunctionImports {
  readonly #options: FunctionImportsOptions;

  constructor(options: FunctionImportsOptions) {
    this.#options = options;
  }

  /**
   * The function in an archive, whose YAML file `parse` reads. Changes nothing. Throws the errors of `parse`,
   * `invalid_import`, `several_yaml_files`, `import_too_large`, `invalid_code`, `code_missing` or
   * `dependency_not_found`.
   */
  async read(projectId: string, bytes: Buffer, parse: (yaml: string) => ExportedFunction): Promise<NewFunction> {
    return this.#unpacked(bytes, async (folder) => {
      const { exported, code } = await readFolder(folder, parse);
      const dependencies = exported.dependencies.map((each) => this.#find(projectId, each));
      return { ...exported.fn, dependencies, code: { ...exported.fn.code, bytes: code } };
    });
  }

  /** The archive is checked and unpacked like code, and removed when `work` is done. */
  async #unpacked<T>(bytes: Buffer, work: (folder: string) => Promise<T>): Promise<T> {
    const { artifacts, collect } = this.#options;
    const pin = await artifacts.put(bytes, { kind: 'zip', maxBytes: LIMITS.exportZipBytes }).catch(refuseArchive);
    try {
      return await work(pin.artifact.treePath);
    } finally {
      pin.release();
      await collect(pin.artifact.sha256);
    }
  }

  /** The project's own one wins over a public one of the same name. */
  #find(projectId: string, requested: NamedDependency): string {
    const { dependencies } = this.#options;
    const { name, runtime, version } = requested;
    const packages = dependencies.list(projectId, { scope: 'all', runtime, pattern: name });
    for (const each of packages.filter((found) => found.name === name)) {
      const exact = dependencies.versions(projectId, each.dependencyId).find((found) => found.version === version);
      if (exact !== undefined) return exact.id;
    }
    const shown = `${name.slice(0, 96)} version ${version} for ${runtime.slice(0, 60)}`;
    throw new PlatformError('dependency_not_found', `the function needs dependency ${shown}, which is not here`, {
      hint: 'Create it first, or name another version in the YAML file.',
    });
  }
}

async function readFolder(
  folder: string,
  parse: (yaml: string) => ExportedFunction,
): Promise<{ exported: ExportedFunction; code: Buffer | undefined }> {
  const names = await readdir(folder);
  const yamls = names.filter((name) => YAML.test(name));
  const [yaml] = yamls;
  if (yaml === undefined) {
    throw new PlatformError('invalid_import', 'the archive holds no YAML file at its top', {
      hint: 'Export the function with its configuration.',
    });
  }
  if (yamls.length > 1) throw new PlatformError('several_yaml_files', `the archive holds ${yamls.length} YAML files`);
  const exported = parse(decodeText(await readPart(folder, yaml, MAX_YAML_BYTES)));
  const strange = names.find((name) => name !== yaml && name !== exported.code);
  if (strange !== undefined) {
    throw new PlatformError('invalid_import', `the archive holds ${JSON.stringify(strange.slice(0, 120))}`, {
      hint: 'It may hold the YAML file and the file that its field code names, nothing else.',
    });
  }
  if (exported.code === undefined) {
    if (exported.fn.image !== undefined) return { exported, code: undefined };
    throw new PlatformError('code_missing', 'the archive holds the configuration alone', {
      hint: 'Export the function with its code.',
    });
  }
  if (!names.includes(exported.code)) {
    throw new PlatformError('code_missing', `the archive does not hold ${JSON.stringify(exported.code.slice(0, 120))}`);
  }
  return { exported, code: await readPart(folder, exported.code, LIMITS.codeZipBytes) };
}

/** A plain file: an archive may hold links, and their targets are not part of a function. */
async function readPart(folder: string, name: string, maxBytes: number): Promise<Buffer> {
  const path = join(folder, name);
  const found = await lstat(path);
  const shown = JSON.stringify(name.slice(0, 120));
  if (!found.isFile()) throw new PlatformError('invalid_import', `${shown} in the archive is not a file`);
  if (found.size > maxBytes) {
    throw new PlatformError('import_too_large', `${shown} in the archive is larger than ${maxBytes} bytes`);
  }
  return readFile(path);
}

function decodeText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new PlatformError('invalid_import', 'the YAML file is not UTF-8', { cause });
  }
}

function refuseArchive(error: unknown): never {
  if (!(error instanceof ArtifactError)) throw error;
  const code = error.reason === 'too-large' ? 'import_too_large' : 'invalid_code';
  throw new PlatformError(code, `${error.message} [${error.reason}]`, { hint: error.hint, cause: error });
}

import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import { ArtifactError, type ArtifactStore } from '../../artifacts/index.ts';
import { DEFAULT_PACKAGE } from '../../domain/names.ts';
import { decodeBase64 } from '../../lib/base64.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Dependencies } from '../dependencies/dependencies.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import { createBody, type ExportDocument, type NamedDependency } from './export-document.ts';
import { MAX_YAML_BYTES, readExportYaml } from './export-yaml.ts';

export interface FunctionImportsOptions {
  readonly artifacts: ArtifactStore;
  readonly dependencies: Dependencies;
  /** Removes stored bytes that no version uses. */
  readonly collect: (sha256: string) => Promise<void>;
}

const YAML = /\.ya?ml$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Turns archives of `FunctionExports` into create bodies; their contents are untrusted. */
export class FunctionImports {
  readonly #options: FunctionImportsOptions;

  constructor(options: FunctionImportsOptions) {
    this.#options = options;
  }

  /**
   * The create body in the archive of an import body. It is as unchecked as the body of a request. Changes nothing.
   * Throws `invalid_import`, `several_yaml_files`, `import_too_large`, `invalid_code`, `code_missing`,
   * `invalid_code_filename` or `dependency_not_found`.
   */
  async read(projectId: string, body: Kept): Promise<Kept> {
    const fields = new WireFields(body);
    const bytes = readArchive(fields);
    const name = fields.text('func_name', { code: 'invalid_function_name' }) ?? '';
    const pkg = fields.text('package', { code: 'invalid_package_name' }) || DEFAULT_PACKAGE;
    return this.#unpacked(bytes, async (folder) => {
      const { document, code } = await readFolder(folder);
      const dependencyIds = document.dependencies.map((each) => this.#find(projectId, each));
      return createBody(document, { name, package: pkg, dependencyIds, code });
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
  #find(projectId: string, wanted: NamedDependency): string {
    const { dependencies } = this.#options;
    const { name, runtime, version } = wanted;
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

function readArchive(fields: WireFields): Buffer {
  const fileName = fields.text('file_name', { max: 255, code: 'invalid_code_filename' }) ?? '';
  if (fileName === '' || /[/\\\p{Cc}]/u.test(fileName)) {
    throw new PlatformError('invalid_code_filename', 'file_name must be a file name without a path');
  }
  const fileType = fields.text('file_type', { code: 'invalid_code_filename' }) ?? '';
  if (fileType !== 'zip') throw new PlatformError('invalid_code_filename', 'file_type must be zip');
  const text = fields.text('file_code', { max: 2 * LIMITS.exportZipBytes, code: 'import_too_large' }) ?? '';
  const bytes = decodeBase64(text);
  if (bytes === undefined) {
    throw new PlatformError('invalid_import', 'file_code is not Base64', { hint: 'Encode the archive exactly once.' });
  }
  return bytes;
}

async function readFolder(folder: string): Promise<{ document: ExportDocument; code: Buffer | undefined }> {
  const names = await readdir(folder);
  const yamls = names.filter((name) => YAML.test(name));
  const [yaml] = yamls;
  if (yaml === undefined) {
    throw new PlatformError('invalid_import', 'the archive holds no YAML file at its top', {
      hint: 'Export the function with its configuration.',
    });
  }
  if (yamls.length > 1) throw new PlatformError('several_yaml_files', `the archive holds ${yamls.length} YAML files`);
  const document = readExportYaml(decodeText(await readPart(folder, yaml, MAX_YAML_BYTES)));
  const strange = names.find((name) => name !== yaml && name !== document.code);
  if (strange !== undefined) {
    throw new PlatformError('invalid_import', `the archive holds ${JSON.stringify(strange.slice(0, 120))}`, {
      hint: 'It may hold the YAML file and the file that its field code names, nothing else.',
    });
  }
  if (document.code === undefined) {
    if (document.function.custom_image !== undefined) return { document, code: undefined };
    throw new PlatformError('code_missing', 'the archive holds the configuration alone', {
      hint: 'Export the function with its code.',
    });
  }
  if (!names.includes(document.code)) {
    throw new PlatformError('code_missing', `the archive does not hold ${JSON.stringify(document.code.slice(0, 120))}`);
  }
  return { document, code: await readPart(folder, document.code, LIMITS.codeZipBytes) };
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

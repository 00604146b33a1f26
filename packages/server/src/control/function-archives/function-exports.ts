import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LIMITS } from '@funcgraph/api';
import { type ArtifactPin, type ArtifactStore, type BundleEntry, bundleZip } from '../../artifacts/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { FunctionState } from '../functions/types.ts';

/** A slower client is disconnected, so that its user can export again. */
const TAKE_MS = 10 * 60 * 1000;

/** The parts of an archive; at least one. */
export interface ExportParts {
  /** Writes the YAML file, which names the file with the code beside it; undefined for the code alone. */
  readonly config: ((codeFile: string | undefined) => string) | undefined;
  readonly code: boolean;
}

export interface OpenExport {
  readonly fileName: string;
  readonly sizeBytes: number;
  /** The archive. The caller must read it to its end or destroy it. */
  readonly stream: Readable;
}

/** Exports functions as archives, one at a time for each user. */
export class FunctionExports {
  readonly #artifacts: ArtifactStore;
  readonly #clock: Clock;
  readonly #running = new Set<string>();

  constructor(artifacts: ArtifactStore, clock: Clock) {
    this.#artifacts = artifacts;
    this.#clock = clock;
  }

  /**
   * Begins an archive of a version for `userId`. Throws `export_running`, `code_too_large` for more than 50 MB, and
   * `invalid_code_type` for the code alone of a container image.
   */
  async open(state: FunctionState, parts: ExportParts, userId: string): Promise<OpenExport> {
    const isImage = state.version.config.image !== undefined;
    if (isImage && parts.config === undefined) {
      throw new PlatformError('invalid_code_type', 'a container image has no code to export', {
        hint: 'Export its configuration; the image itself comes from its registry.',
      });
    }
    if (this.#running.has(userId)) {
      throw new PlatformError('export_running', 'another export of the same user is running', {
        hint: 'Wait until it is complete, or end it.',
      });
    }
    this.#running.add(userId);
    let pin: ArtifactPin | undefined;
    const end = (): void => {
      pin?.release();
      this.#running.delete(userId);
    };
    try {
      pin = await this.#artifacts.keep(state.version.artifact);
      return await this.#bundle(state, { config: parts.config, code: parts.code && !isImage }, end);
    } catch (error) {
      end();
      throw error;
    }
  }

  async #bundle(state: FunctionState, parts: ExportParts, end: () => void): Promise<OpenExport> {
    const { fn, version } = state;
    const { sha256, sizeBytes } = version.artifact;
    const md5 = await this.#md5(sha256);
    const codeFile = parts.code ? codeFileName(version.artifact.kind) : undefined;
    const entries: BundleEntry[] = [];
    if (parts.config !== undefined) {
      entries.push({ name: `${fn.name}.yaml`, bytes: Buffer.from(parts.config(codeFile)) });
    }
    if (codeFile !== undefined) entries.push({ name: codeFile, sizeBytes, open: () => this.#artifacts.read(sha256) });
    const { stream, sizeBytes: total } = bundleZip(entries);
    if (total > LIMITS.exportZipBytes) {
      stream.destroy();
      throw new PlatformError('code_too_large', `the archive would be larger than ${LIMITS.exportZipBytes} bytes`, {
        hint: 'Export the configuration alone, and fetch the code from the link of showFunctionCode.',
      });
    }
    const cut = this.#clock.after(TAKE_MS, () => stream.destroy(new Error('the export was not taken in time')));
    void once(stream, 'close')
      .catch(() => undefined)
      .finally(() => {
        cut.cancel();
        end();
      });
    return { fileName: `${fn.name}${md5}.zip`, sizeBytes: total, stream };
  }

  async #md5(sha256: string): Promise<string> {
    const hash = createHash('md5');
    await pipeline(this.#artifacts.read(sha256), hash);
    return hash.digest('hex');
  }
}

/** Of code in its stored form; the document names it. */
function codeFileName(kind: 'zip' | 'jar' | 'inline'): string {
  return kind === 'inline' ? 'code.txt' : `code.${kind}`;
}

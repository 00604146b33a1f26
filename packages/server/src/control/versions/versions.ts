import type { ArtifactStore } from '../../artifacts/index.ts';
import { LATEST } from '../../domain/names.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Aliases } from '../aliases/aliases.ts';
import type { FunctionAccess } from '../functions/function-access.ts';
import type { FunctionName, FunctionState, VersionRecord } from '../functions/types.ts';
import type { StoredFunction } from '../functions/version-row.ts';
import { checkPublication, freeName, isDigestOf, type Publication, sameContent, versionNameAt } from './publication.ts';
import type { VersionStore } from './version-store.ts';

export interface VersionsOptions {
  readonly access: FunctionAccess;
  readonly store: VersionStore;
  readonly aliases: Aliases;
  readonly artifacts: Pick<ArtifactStore, 'readAll'>;
  readonly clock: Clock;
}

/** Published versions: snapshots of `latest`, never changed afterwards. */
export class Versions {
  readonly #options: VersionsOptions;

  constructor(options: VersionsOptions) {
    this.#options = options;
  }

  /**
   * Keeps the present code, configuration and variables of `latest` under a name. Durable, and callable, when its
   * promise resolves. Throws `function_not_found`, `invalid_version` (also when the function has the most versions
   * allowed), `version_exists`, `nothing_to_publish`, `description_too_long`, `invalid_request` for the digest of other
   * code.
   */
  async publish(name: FunctionName, publication: Publication): Promise<FunctionState> {
    const { access, store, clock } = this.#options;
    const { version: requested, description = '', digest } = publication;
    const timed = versionNameAt(clock.now());
    checkPublication({ version: requested ?? timed, description });
    return access.alone(name, async () => {
      const latest = withoutMounts(await access.find(name, LATEST));
      await this.#checkDigest(digest, latest.version);
      const published = await store.published(latest.fn.id);
      const taken = published.map(({ version }) => version.version);
      const versionName = requested ?? freeName(timed, taken);
      if (taken.includes(versionName)) throw exists(name, versionName);
      const [last] = published;
      if (last !== undefined && this.#same(last, latest)) {
        throw new PlatformError('nothing_to_publish', `nothing changed since version ${last.version.version}`);
      }
      const version: VersionRecord = {
        ...latest.version,
        version: versionName,
        description,
        modifiedAt: clock.now(),
      };
      const outcome = await store.insert(latest.fn.id, version, access.quotas.versionsPerFunction);
      if (outcome === 'exists') throw exists(name, versionName);
      if (outcome === 'quota') {
        const message = `function ${name.name} has ${access.quotas.versionsPerFunction} versions, as many as it may have`;
        throw new PlatformError('invalid_version', message, { hint: 'Delete versions that are not needed.' });
      }
      await access.caughtUp();
      return access.describe({ fn: latest.fn, version });
    });
  }

  /** `latest`, then the others, published last first. Throws `function_not_found`. */
  async list(name: FunctionName): Promise<FunctionState[]> {
    const { access, store } = this.#options;
    const latest = await access.find(name, LATEST);
    return [latest, ...(await store.published(latest.fn.id))].map((stored) => access.describe(stored));
  }

  /**
   * Removes a version with the aliases that point to it. Its logs stay; its code is removed when nothing uses it and no
   * invocation can still run it. Throws `function_not_found`, `version_not_found`, `invalid_version` for `latest`,
   * `version_in_use` when it is the additional version of an alias.
   */
  async delete(name: FunctionName, version: string): Promise<void> {
    const { access, store, aliases } = this.#options;
    if (version === LATEST) {
      throw new PlatformError('invalid_request', 'the version latest cannot be deleted', {
        hint: 'A URN without a version deletes the whole function.',
      });
    }
    await access.alone(name, async () => {
      const { fn, version: record } = await access.find(name, version);
      const all = await aliases.of(fn.id);
      const user = all.find((alias) => alias.additional?.version === version);
      if (user !== undefined) {
        throw new PlatformError(
          'version_in_use',
          `version ${version} is the additional version of alias ${user.name}`,
          {
            hint: 'Change or delete the alias first.',
          },
        );
      }
      const pointing = all.filter((alias) => alias.version === version).map((alias) => alias.name);
      await store.remove(fn.id, version, pointing);
      await access.caughtUp();
      access.collector.later(record.artifact.sha256);
    });
  }

  #same(a: StoredFunction, b: StoredFunction): boolean {
    const { access } = this.#options;
    const open = ({ version }: StoredFunction) => ({ version, secrets: access.open(version.sealedEnv) });
    return sameContent(open(a), open(b));
  }

  async #checkDigest(digest: string | undefined, { artifact }: VersionRecord): Promise<void> {
    if (digest === undefined) return;
    if (isDigestOf(digest, artifact.sha512, await this.#options.artifacts.readAll(artifact.sha256))) return;
    throw new PlatformError('invalid_request', 'digest is not that of the present code', {
      hint: 'The code has changed meanwhile; look at it before publishing.',
    });
  }
}

function exists(name: FunctionName, version: string): PlatformError {
  return new PlatformError('version_exists', `function ${name.name} has a version ${version}`);
}

/** A published version has no file systems: they belong to `latest`. */
function withoutMounts({ fn, version }: StoredFunction): StoredFunction {
  const { mountConfig: _, ...config } = version.config;
  return { fn, version: { ...version, config } };
}

import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '@funcgraph/api/environment';
import { isVersionName } from '../../domain/names.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkDescription } from '../checks.ts';
import type { VersionRecord } from '../functions/types.ts';

/** The input of a publication. */
export interface Publication {
  /** Undefined for a name made of the time. */
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  /** The digest of the code that the caller means; undefined for the present code. */
  readonly digest?: string | undefined;
}

/** Throws `invalid_version`, `description_too_long`. */
export function checkPublication({ version, description }: { version: string; description: string }): void {
  if (!isVersionName(version)) {
    throw new PlatformError('invalid_version', 'version is not a name for a version', {
      hint: 'At most 42 letters, digits, _, - and .; starts and ends with a letter or digit; not latest.',
    });
  }
  checkDescription(description);
}

/** `vYYYYMMDD-HHMMSS` in UTC. */
export function versionNameAt(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().slice(0, 19).split('T');
  return `v${date.replaceAll('-', '')}-${time.replaceAll(':', '')}`;
}

/** A name that no version has yet: two may be published in one second. */
export function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let n = 2; taken.includes(free); n += 1) free = `${name}-${n}`;
  return free;
}

/** A version with its encrypted variables in the clear. */
export interface OpenVersion {
  readonly version: VersionRecord;
  readonly secrets: Environment;
}

/** Whether two versions behave the same: equal code, configuration and variables. */
export function sameContent(a: OpenVersion, b: OpenVersion): boolean {
  return (
    a.version.artifact.sha256 === b.version.artifact.sha256 &&
    a.version.artifactFile === b.version.artifactFile &&
    isDeepStrictEqual(a.version.config, b.version.config) &&
    isDeepStrictEqual(a.secrets, b.secrets)
  );
}

/** The API documents MD5; clients also send the SHA-512 of its answers. Case is ignored. */
export function isDigestOf(digest: string, sha512: string, bytes: Buffer): boolean {
  const given = digest.toLowerCase();
  return given === sha512 || given === createHash('md5').update(bytes).digest('hex');
}

import { LIMITS } from '@funcgraph/api';

/** Limits on the cost of an archive. Sizes in bytes. */
export interface ArchiveLimits {
  readonly unpackedBytes: number;
  readonly entries: number;
  /** Larger growth factors mark a zip bomb after `ratioFreeBytes`. */
  readonly ratio: number;
  readonly ratioFreeBytes: number;
  readonly pathBytes: number;
  readonly componentBytes: number;
  readonly linkTargetBytes: number;
  /** All names together, including the path of each folder that a name implies. */
  readonly nameBytes: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  unpackedBytes: LIMITS.codeUnpackedBytes,
  entries: LIMITS.codeFiles,
  ratio: 150,
  ratioFreeBytes: 64 * 1024 * 1024,
  pathBytes: 1024,
  componentBytes: 255,
  linkTargetBytes: 1024,
  nameBytes: 16 * 1024 * 1024,
};

/** Largest upload by kind, in bytes. An archive from a bucket may be larger; its caller passes the limit. */
export const UPLOAD_LIMITS = {
  zip: LIMITS.codeZipBytes,
  jar: LIMITS.codeZipBytes,
  inline: LIMITS.inlineCodeBytes,
} as const;

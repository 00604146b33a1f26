import { LIMITS } from '@funcgraph/api';

/** Bounds of what an archive may cost. Sizes in bytes. */
export interface ArchiveLimits {
  readonly unpackedBytes: number;
  readonly entries: number;
  /** An archive that grows by more than this factor is a bomb once it has passed `ratioFreeBytes`. */
  readonly ratio: number;
  readonly ratioFreeBytes: number;
  readonly pathBytes: number;
  readonly componentBytes: number;
  readonly linkTargetBytes: number;
  /** All names together, each folder that a name implies counted with its own path. */
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

/** Largest upload by kind, in bytes. An archive that comes from a bucket may be larger; its caller says so. */
export const UPLOAD_LIMITS = {
  zip: LIMITS.codeZipBytes,
  jar: LIMITS.codeZipBytes,
  inline: LIMITS.inlineCodeBytes,
} as const;

/** Why an upload was refused. One reason for each rule, so that a user sees which one it breaks. */
export type ArtifactReason =
  | 'too-large'
  | 'not-a-zip'
  | 'truncated'
  | 'malformed'
  | 'multi-disk'
  | 'zip64'
  | 'encrypted'
  | 'compression-method'
  | 'too-many-entries'
  | 'unpacked-too-large'
  | 'ratio'
  | 'overlap'
  | 'header-mismatch'
  | 'crc'
  | 'size-mismatch'
  | 'corrupt-data'
  | 'name-encoding'
  | 'name-too-long'
  | 'name-control-character'
  | 'name-empty'
  | 'absolute-path'
  | 'drive-letter'
  | 'backslash'
  | 'traversal'
  | 'duplicate'
  | 'case-clash'
  | 'file-and-folder'
  | 'special-file'
  | 'link-target'
  | 'link-outside'
  | 'link-loop'
  | 'empty';

export interface ArtifactErrorOptions {
  readonly hint?: string;
  /** The name inside the archive, made printable and cut. */
  readonly entry?: string;
  readonly cause?: unknown;
}

/** The upload was refused; none of it is left on disk. Faults of the machine (a full disk) are never this class. */
export class ArtifactError extends Error {
  readonly reason: ArtifactReason;
  readonly hint: string | undefined;

  constructor(reason: ArtifactReason, message: string, options: ArtifactErrorOptions = {}) {
    const where = options.entry === undefined ? '' : ` (entry ${JSON.stringify(options.entry.slice(0, 120))})`;
    super(message + where, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ArtifactError';
    this.reason = reason;
    this.hint = options.hint;
  }
}

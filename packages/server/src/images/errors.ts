/** Why an image was refused. One reason for each rule, so that a user sees which one it breaks. */
export type ImageReason =
  | 'too-large'
  | 'not-an-image'
  | 'truncated'
  | 'malformed-tar'
  | 'malformed-manifest'
  | 'malformed-config'
  | 'missing-blob'
  | 'digest-mismatch'
  | 'size-mismatch'
  | 'layer-mismatch'
  | 'media-type'
  | 'compression'
  | 'platform'
  | 'name-encoding'
  | 'name-too-long'
  | 'traversal'
  | 'link-target'
  | 'link-loop'
  | 'entry-type'
  | 'too-many-entries'
  | 'unpacked-too-large'
  | 'no-name'
  | 'bad-reference'
  | 'registry'
  | 'registry-auth'
  | 'registry-missing';

interface Extra {
  readonly hint?: string;
  readonly cause?: unknown;
}

/** A problem with an image or its source; the message is shown to the user. */
export class ImageError extends Error {
  readonly reason: ImageReason;
  readonly hint: string | undefined;

  constructor(reason: ImageReason, message: string, { hint, cause }: Extra = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ImageError';
    this.reason = reason;
    this.hint = hint;
  }
}

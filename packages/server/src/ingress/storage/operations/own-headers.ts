import { StorageError } from '../errors.ts';

/** Headers of S3 and OBS, without their prefix, that this server reads or that ask for nothing. */
const KNOWN: ReadonlySet<string> = new Set([
  'bucket-type',
  'checksum-algorithm',
  'checksum-mode',
  'checksum-type',
  'content-sha256',
  'copy-source',
  'copy-source-if-match',
  'copy-source-if-modified-since',
  'copy-source-if-none-match',
  'copy-source-if-unmodified-since',
  'copy-source-range',
  'date',
  'decoded-content-length',
  'expected-bucket-owner',
  'metadata-directive',
  'mp-object-size',
  'request-payer',
  'sdk-checksum-algorithm',
  'security-token',
  'source-expected-bucket-owner',
  'trailer',
  'user-agent',
]);

/** Headers with values that ask for what this server does anyway. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  acl: ['private', 'bucket-owner-full-control'],
  'bucket-object-lock-enabled': ['false'],
  'object-ownership': ['BucketOwnerEnforced'],
  'storage-class': ['STANDARD'],
  'tagging-directive': ['COPY'],
};

/**
 * Throws `NotImplemented` for a header that would change what is stored: an object that its client believes encrypted or
 * public must not be stored as neither.
 */
export function checkOwnHeaders(headers: ReadonlyMap<string, string>): void {
  for (const [name, value] of headers) {
    if (name === 'x-obs-expires') continue;
    const rest = /^x-(?:amz|obs)-(.*)$/.exec(name)?.[1];
    if (rest === undefined || KNOWN.has(rest) || /^(?:meta|checksum)-/.test(rest)) continue;
    const usual = Object.hasOwn(USUAL, rest) ? USUAL[rest] : undefined;
    if (usual?.includes(value) === true) continue;
    throw new StorageError('NotImplemented', `The header ${name.slice(0, 100)} is not implemented.`, {
      hint: usual === undefined ? undefined : `Its value can be ${usual.join(' or ')}.`,
    });
  }
}

/** Throws `AccessDenied` for a request that expects a bucket of another account: only those of the own one answer. */
export function checkExpectedOwner(headers: ReadonlyMap<string, string>, accountId: string): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    if ((headers.get(name) ?? accountId) !== accountId) {
      throw new StorageError('AccessDenied', `The bucket does not belong to the account in ${name}.`);
    }
  }
}

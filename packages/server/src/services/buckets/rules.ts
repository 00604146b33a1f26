import { BucketError } from './errors.ts';
import { textBytes } from './names.ts';
import type { ContentHeaders, LifecycleRule, Metadata } from './types.ts';

const GB = 2 ** 30;

/** Of one body: an object in one piece, or a part. */
const MAX_BODY_BYTES = 5 * GB;
export const MAX_OBJECT_BYTES = 5 * 1024 * GB;
/** Of each part but the last. */
export const MIN_PART_BYTES = 5 * 2 ** 20;
export const MAX_PARTS = 10_000;
export const MAX_LISTED = 1000;

const MAX_HEADER_BYTES = 2048;
const MAX_METADATA_BYTES = 2048;
const MAX_RULES = 100;
const MAX_ID_CHARS = 255;
const MAX_DAYS = 36_500;
/** What a header can carry. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they would split a header
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

/** Throws `InvalidArgument` or `MetadataTooLarge`. */
export function checkContent(headers: ContentHeaders, metadata: Metadata): void {
  for (const [name, value] of Object.entries(headers)) {
    if (CONTROL.test(value)) throw invalid(`The header ${name} has a control character.`);
    if (Buffer.byteLength(value) > MAX_HEADER_BYTES) {
      throw invalid(`The header ${name} is longer than ${MAX_HEADER_BYTES} bytes.`);
    }
  }
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    if (!TOKEN.test(name)) throw invalid('A name of metadata is not the end of a header name in lower case.');
    if (CONTROL.test(value)) throw invalid(`The metadata ${name} has a control character.`);
    bytes += name.length + Buffer.byteLength(value);
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new BucketError('MetadataTooLarge', `The metadata has ${bytes} bytes; ${MAX_METADATA_BYTES} are possible.`);
  }
}

/** Throws `InvalidArgument`. */
export function checkExpireDays(days: number | undefined): void {
  if (days === undefined || isDays(days)) return;
  throw invalid(`The days until an object expires are not a number from 1 to ${MAX_DAYS}.`);
}

/** Throws `EntityTooLarge` or `InvalidArgument`. */
export function checkBodySize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw invalid('The size of the body is not a number of bytes.');
  if (size > MAX_BODY_BYTES) {
    throw new BucketError('EntityTooLarge', 'One request stores at most 5 GB; a larger object is uploaded in parts.');
  }
}

/** Throws `InvalidRequest`, as S3 does for sources of copies. */
export function checkCopySize(size: number, instead: string): void {
  if (size > MAX_BODY_BYTES) {
    throw new BucketError('InvalidRequest', `One request copies at most 5 GB; ${instead}.`);
  }
}

/** Throws `InvalidArgument`. */
export function checkPartNumber(number: number): void {
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return;
  throw invalid(`A part number is from 1 to ${MAX_PARTS}.`);
}

/** Throws `InvalidArgument`. */
export function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 0 && limit <= MAX_LISTED) return;
  throw invalid(`A page has 0 to ${MAX_LISTED} entries.`);
}

/** Throws `InvalidArgument` and `KeyTooLongError`. */
export function checkLifecycle(rules: readonly LifecycleRule[]): void {
  if (rules.length < 1 || rules.length > MAX_RULES) throw invalid(`A lifecycle has 1 to ${MAX_RULES} rules.`);
  checkIds(rules);
  for (const { id, prefix, expireDays, abortUploadDays } of rules) {
    textBytes(prefix, 'prefix');
    const days = [expireDays, abortUploadDays].filter((each) => each !== undefined);
    if (days.length === 0) throw invalid(`The rule ${id} does nothing.`);
    if (days.every(isDays)) continue;
    throw invalid(`The days of the rule ${id} are not a number from 1 to ${MAX_DAYS}.`);
  }
}

function isDays(days: number): boolean {
  return Number.isInteger(days) && days >= 1 && days <= MAX_DAYS;
}

function checkIds(rules: readonly { readonly id: string }[]): void {
  for (const { id } of rules) {
    if (id === '' || id.length > MAX_ID_CHARS || !id.isWellFormed() || CONTROL.test(id)) {
      throw invalid(`The id of a rule has 1 to ${MAX_ID_CHARS} characters, none of them a control character.`);
    }
  }
  if (new Set(rules.map(({ id }) => id)).size < rules.length) throw invalid('Two rules have the same id.');
}

function invalid(message: string): BucketError {
  return new BucketError('InvalidArgument', message);
}

import type { ByteRange, ReadConditions, WriteConditions } from '../../../services/index.ts';
import { parseHttpDate } from '../signatures/dates.ts';

type Headers = ReadonlyMap<string, string>;

/** The conditions of a read. `prefix` is that of the conditions of a copy's source. A date that is none is no condition. */
export function readConditions(headers: Headers, prefix = ''): ReadConditions {
  const etags = (name: string): readonly string[] | undefined => etagsOf(headers.get(`${prefix}${name}`));
  const time = (name: string): number | undefined => parseHttpDate(headers.get(`${prefix}${name}`) ?? '');
  const ifMatch = etags('if-match');
  const ifNoneMatch = etags('if-none-match')?.map((etag) => etag.replace(/^W\//, ''));
  const ifModifiedSince = time('if-modified-since');
  const ifUnmodifiedSince = time('if-unmodified-since');
  return {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }),
    ...(ifUnmodifiedSince === undefined ? {} : { ifUnmodifiedSince }),
  };
}

export function writeConditions(headers: Headers): WriteConditions {
  const { ifMatch, ifNoneMatch } = readConditions(headers);
  return { ...(ifMatch === undefined ? {} : { ifMatch }), ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }) };
}

/** Without their quotes; a weak one keeps its mark, with which it equals none. */
function etagsOf(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map(unquoted);
}

/** The OBS SDK percent-encodes the quotes. */
export function unquoted(etag: string): string {
  return etag.trim().replace(/^(W\/)?("|%22)(.*)\2$/, '$1$3');
}

/** Undefined for a header that S3 does not follow: of another unit, with several ranges, or of another form. */
export function rangeOf(text: string | undefined): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text?.trim() ?? '') ?? [];
  if (first === '') return last === '' ? undefined : { suffix: Number(last) };
  if (last === '') return { first: Number(first) };
  return Number(last) < Number(first) ? undefined : { first: Number(first), last: Number(last) };
}

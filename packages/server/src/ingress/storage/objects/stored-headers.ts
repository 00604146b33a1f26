import type { ContentHeaders, Metadata, ObjectHead } from '../../../services/index.ts';
import { StorageError } from '../errors.ts';
import type { Dialect } from '../signatures/claim.ts';

/** Of objects whose client sends none, as S3 has it. */
const USUAL_TYPE = 'binary/octet-stream';

/** Headers by their names in `ContentHeaders`. */
const CONTENT = {
  contentType: 'content-type',
  cacheControl: 'cache-control',
  contentDisposition: 'content-disposition',
  contentEncoding: 'content-encoding',
  contentLanguage: 'content-language',
  expires: 'expires',
} as const satisfies Record<keyof ContentHeaders, string>;

/** Headers that are stored with an object. The framing of the request is none of them. */
export function contentHeaders(headers: ReadonlyMap<string, string>): ContentHeaders {
  const found: { -readonly [Name in keyof ContentHeaders]: string } = {};
  for (const [name, header] of Object.entries(CONTENT) as [keyof ContentHeaders, string][]) {
    const value = headers.get(header);
    const stored = name === 'contentEncoding' ? withoutFraming(value) : value;
    if (stored !== undefined && stored !== '') found[name] = stored;
  }
  return { contentType: USUAL_TYPE, ...found };
}

function withoutFraming(encoding: string | undefined): string | undefined {
  return encoding
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one.toLowerCase() !== 'aws-chunked')
    .join(', ');
}

/** `x-amz-meta-*` or `x-obs-meta-*` without the prefix. */
export function metadataOf(headers: ReadonlyMap<string, string>): Metadata {
  const metadata: [string, string][] = [];
  for (const [name, value] of headers) {
    const rest = /^x-(?:amz|obs)-meta-(.+)$/.exec(name)?.[1];
    if (rest !== undefined) metadata.push([rest, value]);
  }
  return Object.fromEntries(metadata);
}

/** Days until the object is removed, as OBS has it. Throws `InvalidArgument`. */
export function expireDaysOf(headers: ReadonlyMap<string, string>): number | undefined {
  const text = headers.get('x-obs-expires');
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text))
    throw new StorageError('InvalidArgument', 'The header x-obs-expires is not a number of days.');
  return Number(text);
}

/** A header value that would end the header, or another one, is refused; other text is sent as UTF-8. */
const UNSAFE = /[^\t\P{Cc}]/u;

/** Values of the query that replace stored headers, for presigned addresses. Throws `InvalidArgument`. */
export function overrides(query: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const header of Object.values(CONTENT)) {
    const value = query.get(`response-${header}`);
    if (value === undefined) continue;
    if (UNSAFE.test(value)) {
      throw new StorageError('InvalidArgument', `The parameter response-${header} is not the value of a header.`);
    }
    found.set(header, Buffer.from(value).toString('latin1'));
  }
  return found;
}

/** Headers of an answer about an object. Values are those of clients: the door adds what keeps browsers from running it. */
export function objectHeaders(
  { content, metadata, etag, modifiedAt, checksum, expiresAt }: ObjectHead,
  { dialect, replaced, withChecksum }: ObjectView,
): [string, string][] {
  const headers: [string, string][] = [
    ['ETag', `"${etag}"`],
    ['Last-Modified', new Date(modifiedAt).toUTCString()],
    ['Accept-Ranges', 'bytes'],
  ];
  for (const [name, header] of Object.entries(CONTENT) as [keyof ContentHeaders, string][]) {
    const value = replaced.get(header) ?? content[name];
    if (value !== undefined) headers.push([header, value]);
  }
  const prefix = dialect === 'obs' ? 'x-obs-meta-' : 'x-amz-meta-';
  for (const [name, value] of Object.entries(metadata)) headers.push([`${prefix}${name}`, value]);
  if (expiresAt !== undefined) {
    headers.push([
      `x-${dialect === 'obs' ? 'obs' : 'amz'}-expiration`,
      `expiry-date="${new Date(expiresAt).toUTCString()}"`,
    ]);
  }
  if (withChecksum && checksum !== undefined) {
    headers.push([`x-amz-checksum-${checksum.algorithm.toLowerCase()}`, checksum.value]);
    headers.push(['x-amz-checksum-type', checksum.value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT']);
  }
  return headers;
}

export interface ObjectView {
  readonly dialect: Dialect;
  readonly replaced: ReadonlyMap<string, string>;
  /** For clients that ask for it, with the whole object. */
  readonly withChecksum: boolean;
}

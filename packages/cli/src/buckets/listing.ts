import { CliError } from '../framework/index.ts';
import type { StorageClient } from './storage-client.ts';
import { all, decodedTextOf, textOf } from './xml.ts';

export interface ListRequest {
  readonly bucket: string;
  readonly prefix: string;
  /** Keys that are equal up to the next of these characters are one entry. */
  readonly delimiter?: string;
  readonly signal: AbortSignal;
}

/** An object, or the common beginning of several keys, of which only `key` is known. */
export interface Entry {
  readonly key: string;
  readonly size?: number;
  readonly last_modified?: string;
  readonly etag?: string;
}

/** Entries in the order of keys, a page of at most 1000 at a time. */
export async function* listObjects(client: StorageClient, request: ListRequest): AsyncGenerator<readonly Entry[]> {
  const { bucket, prefix, delimiter, signal } = request;
  const query = {
    'list-type': '2',
    'encoding-type': 'url',
    ...(prefix === '' ? {} : { prefix }),
    ...(delimiter === undefined ? {} : { delimiter }),
  };
  for (let token = ''; ; ) {
    const page = token === '' ? query : { ...query, 'continuation-token': token };
    const root = await client.document({ method: 'GET', bucket, query: page, signal });
    const objects = all(root, 'Contents').map((object) => ({
      key: decodedTextOf(object, 'Key'),
      size: Number(textOf(object, 'Size')),
      last_modified: textOf(object, 'LastModified'),
      etag: textOf(object, 'ETag').replaceAll('"', ''),
    }));
    const prefixes = all(root, 'CommonPrefixes').map((common) => ({ key: decodedTextOf(common, 'Prefix') }));
    yield [...objects, ...prefixes].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    if (textOf(root, 'IsTruncated') !== 'true') return;
    const next = textOf(root, 'NextContinuationToken');
    if (next === '' || next === token) {
      throw new CliError('the server sent a list without an end', { code: 'CLI.PROTOCOL' });
    }
    token = next;
  }
}

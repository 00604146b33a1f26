import { PlatformError } from '../../lib/platform-error.ts';
import { BucketError, type Buckets } from '../../services/index.ts';
import type { ApiRequest } from '../http/handler.ts';
import { addressOf, bucketCaller, type StorageIam } from '../storage/index.ts';

export interface OwnObjectsOptions {
  readonly iam: StorageIam;
  readonly buckets: Pick<Buckets, 'get'>;
  readonly region: string;
  /** Where this server serves buckets. */
  readonly storage: () => string;
  /** Name whose subdomains are buckets. */
  readonly storageHost: string | undefined;
}

type Asking = Pick<ApiRequest<'createFunction'>, 'id' | 'caller' | 'peer'>;

/** The buckets' name for functions. */
const INSIDE = 'platform.internal';
const READ = 'obs:object:GetObject';

/**
 * Objects of this server that links name, read with the rights of the caller and not with a signature in the link. No
 * request leaves the server, so a link to the own machine needs no permission of the operator.
 */
export class OwnObjects {
  readonly #options: OwnObjectsOptions;

  constructor(options: OwnObjectsOptions) {
    this.#options = options;
  }

  /** The bytes behind a link, undefined for one elsewhere. Nothing is read or checked before they are iterated. */
  read(url: URL, request: Asking): AsyncIterable<Uint8Array> | undefined {
    return this.#isOwn(url) ? this.#read(url, request) : undefined;
  }

  /** Throws `forbidden` and `archive_not_fetched`. */
  async *#read(url: URL, request: Asking): AsyncGenerator<Uint8Array> {
    const { iam, buckets, region, storageHost } = this.#options;
    const head = { path: decodedPath(url), headers: new Map([['host', url.host]]) };
    const { bucket = '', key = '' } = addressOf(head, storageHost);
    const { caller } = bucketCaller(iam, request.caller, { region, requestId: request.id, peer: request.peer });
    const found = await buckets.get(caller, { bucket, key }).catch((error: unknown) => {
      throw refused(error, `${bucket}/${key}`);
    });
    yield* found.bytes;
  }

  #isOwn({ protocol, hostname, port }: URL): boolean {
    const { storage, storageHost } = this.#options;
    const isBelow = (name: string): boolean => hostname === name || hostname.endsWith(`.${name}`);
    if (hostname === INSIDE || (storageHost !== undefined && isBelow(storageHost.toLowerCase()))) return true;
    const own = new URL(storage());
    const isHere =
      hostname === own.hostname || hostname === '127.0.0.1' || hostname === '[::1]' || isBelow('localhost');
    return isHere && protocol === 'http:' && port === own.port;
  }
}

/** Throws `invalid_url`. */
function decodedPath({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname);
  } catch (cause) {
    throw new PlatformError('invalid_url', 'the path of the address is not encoded in UTF-8', { cause });
  }
}

function refused(error: unknown, object: string): unknown {
  if (!(error instanceof BucketError)) return error;
  if (error.code === 'AccessDenied') {
    return new PlatformError('forbidden', `Permission denied: ${READ} on ${object}.`, { cause: error });
  }
  return new PlatformError('archive_not_fetched', `nothing came from ${object}: ${error.message}`, { cause: error });
}

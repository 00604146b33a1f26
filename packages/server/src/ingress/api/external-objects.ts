import type { Iam } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { addressAt, type ExternalS3, ExternalS3Error, externalPath, type RegisteredS3 } from '../../services/index.ts';
import type { ApiRequest } from '../http/handler.ts';

export interface ExternalObjectsOptions {
  readonly iam: Pick<Iam, 'allows'>;
  readonly externalS3: ExternalS3;
}

type Asking = Pick<ApiRequest<'createFunction'>, 'caller' | 'peer' | 'params'>;

const READ = 'obs:object:GetObject';
/** A link with one of these brings its own right. */
const SIGNATURES = ['X-Amz-Signature', 'Signature'];

/** Objects of registered S3 services that links name, read with the keys of the operator. */
export class ExternalObjects {
  readonly #options: ExternalObjectsOptions;

  constructor(options: ExternalObjectsOptions) {
    this.#options = options;
  }

  /** The bytes behind a link, undefined for one elsewhere. Nothing is read or checked before they are iterated. */
  read(url: URL, request: Asking): AsyncIterable<Uint8Array> | undefined {
    if (SIGNATURES.some((name) => url.searchParams.has(name))) return undefined;
    const services = this.#options.externalS3.at(url);
    return services.length === 0 ? undefined : this.#read(url, services, request);
  }

  /** Throws `forbidden`, `invalid_url` and `archive_not_fetched`. */
  async *#read(url: URL, services: readonly RegisteredS3[], request: Asking): AsyncGenerator<Uint8Array> {
    const { iam, externalS3 } = this.#options;
    const projectId = request.params.project_id;
    try {
      const registered = externalS3.granted(services, projectId);
      const object = url.search === '' ? addressAt(url, registered.service) : undefined;
      if (object === undefined) {
        throw new PlatformError('invalid_url', `${url.host}${url.pathname} names no object of an S3 service`, {
          hint: `Write ${registered.service.endpoint}/BUCKET/KEY, without a query.`,
        });
      }
      const path = externalPath(registered.name, object);
      if (!iam.allows(request.caller, { action: READ, projectId, path, peer: request.peer })) {
        throw new PlatformError('forbidden', `Permission denied: ${READ} on ${path}.`);
      }
      yield* externalS3.read(registered, object);
    } catch (error) {
      throw refused(error, url.host);
    }
  }
}

function refused(error: unknown, host: string): unknown {
  if (!(error instanceof ExternalS3Error)) return error;
  if (error.reason === 'not-granted') {
    return new PlatformError('forbidden', `The project may not read from the S3 service at ${host}.`, {
      hint: 'The operator grants it in external_s3_file. A signed address needs no grant.',
      cause: error,
    });
  }
  return new PlatformError('archive_not_fetched', `nothing came from ${host}: ${error.message}`, { cause: error });
}

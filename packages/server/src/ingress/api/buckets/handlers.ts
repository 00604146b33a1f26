import type { RouteResponse, Routes } from '@funcgraph/api';
import type { ErrorCode } from '@funcgraph/api/errors';
import type { Iam } from '../../../iam/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { type Bucket, type BucketCaller, BucketError, type Buckets } from '../../../services/index.ts';
import type { ApiRequest, Handlers } from '../../http/handler.ts';
import { bucketCaller } from '../../storage/index.ts';
import { type PresignDeps, presignedAddress } from './presigned-address.ts';

/** All others are about the request. */
const CODES: Partial<Record<BucketError['code'], ErrorCode>> = {
  AccessDenied: 'forbidden',
  NoSuchBucket: 'not_found',
  NoSuchKey: 'not_found',
  BucketAlreadyExists: 'resource_exists',
  BucketAlreadyOwnedByYou: 'resource_exists',
  BucketNotEmpty: 'bucket_not_empty',
  QuotaExceeded: 'bucket_quota',
  TooManyBuckets: 'bucket_quota',
  InsufficientStorage: 'disk_full',
  SlowDown: 'bucket_busy',
};

/** Runs work on buckets; their refusals get codes of the API. */
async function inBuckets<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    throw new PlatformError(CODES[error.code] ?? 'invalid_request', error.message, { cause: error });
  }
}

type Ids =
  | 'listProjectBuckets'
  | 'createProjectBucket'
  | 'deleteProjectBucket'
  | 'listBucketObjects'
  | 'putBucketObject'
  | 'deleteBucketObject'
  | 'presignBucketObject';

export interface BucketApiDeps extends PresignDeps {
  readonly iam: Iam;
  readonly buckets: Buckets;
  readonly clock: Clock;
  readonly region: string;
}

type Asking = Pick<ApiRequest<'listBucketObjects'>, 'id' | 'caller' | 'peer'> & {
  readonly params: { readonly project_id: string };
};

const USUAL_TYPE = 'application/octet-stream';
const PAGE = { usual: 100, max: 1000 };

/** Buckets of a project for clients that do not speak S3, such as the console; each right is that of the S3 call. */
export function bucketApiHandlers(deps: BucketApiDeps): Handlers<Ids> {
  const { iam, buckets, region } = deps;
  /** Who calls. Buckets of other projects are refused, also when the caller has rights there. */
  const callerOf = ({ id, caller, peer, params: { project_id: projectId } }: Asking): BucketCaller => {
    const found = bucketCaller(iam, caller, { region, requestId: id, peer }).caller;
    return {
      ...found,
      projectId,
      may: (action, resource) => resource.projectId === projectId && found.may(action, resource),
    };
  };
  return {
    async listProjectBuckets(request) {
      return { buckets: (await inBuckets(buckets.listBuckets(callerOf(request)))).map(shown) };
    },

    async createProjectBucket(request) {
      return shown(await inBuckets(buckets.createBucket(callerOf(request), request.body.name)));
    },

    async deleteProjectBucket(request) {
      await inBuckets(buckets.deleteBucket(callerOf(request), request.params.bucket));
      return {};
    },

    async listBucketObjects(request) {
      const { prefix = '', after = '', limit } = request.query;
      const { objects, prefixes, next } = await inBuckets(
        buckets.list(callerOf(request), {
          bucket: request.params.bucket,
          ...(prefix === '' ? {} : { prefix }),
          ...(after === '' ? {} : { after }),
          delimiter: '/',
          limit: limitOf(limit),
        }),
      );
      return {
        folders: [...prefixes],
        objects: objects.map(({ key, size, etag, modifiedAt }) => {
          return { key, size, etag, last_modified: new Date(modifiedAt).toISOString() };
        }),
        ...(next === undefined ? {} : { next }),
      };
    },

    async putBucketObject(request) {
      const { params, query, rawBody } = request;
      const stored = await inBuckets(
        buckets.put(callerOf(request), {
          bucket: params.bucket,
          key: query.key,
          body: { bytes: once(rawBody), size: rawBody.length },
          content: { contentType: query.content_type || USUAL_TYPE },
          metadata: {},
        }),
      );
      return { key: query.key, size: stored.size, etag: stored.etag };
    },

    async deleteBucketObject(request) {
      const { params, query } = request;
      await inBuckets(buckets.delete(callerOf(request), { bucket: params.bucket, key: query.key }));
      return {};
    },

    async presignBucketObject(request) {
      const { params, body } = request;
      const { method = '' } = body;
      if (!['', 'GET', 'PUT'].includes(method)) {
        throw new PlatformError('invalid_request', 'method must be GET or PUT');
      }
      if (!body.key.isWellFormed()) throw new PlatformError('invalid_request', 'key is not valid Unicode text');
      const object = { bucket: params.bucket, key: body.key };
      // the address is checked again when it is used
      if (method !== 'PUT') await inBuckets(buckets.head(callerOf(request), object));
      return presignedAddress(deps, request, { ...object, method: method || 'GET', seconds: body.expires_seconds });
    },
  };
}

function shown({ name, region, createdAt }: Bucket): RouteResponse<Routes['createProjectBucket']> {
  return { name, region, created_time: new Date(createdAt).toISOString() };
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

/** Throws `invalid_request`. */
function limitOf(text: string | undefined): number {
  const limit = text ? Number(text) : PAGE.usual;
  if (limit >= 1 && limit <= PAGE.max) return limit;
  throw new PlatformError('invalid_request', `limit must be 1 to ${PAGE.max}`);
}

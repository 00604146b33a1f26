import type { BucketAction } from '../../../services/index.ts';
import type { Address } from '../address.ts';
import { StorageError } from '../errors.ts';
import type { Head } from '../head.ts';
import { SIGNED_PARAMETERS } from '../signatures/v2.ts';

/** What an operation does with the body of its request. */
type Takes = 'nothing' | 'document' | 'object';

export interface Operation {
  readonly id: OperationId;
  readonly method: string;
  readonly of: 'service' | 'bucket' | 'object';
  /** Query parameters that select it. */
  readonly selectors: readonly string[];
  readonly takes: Takes;
  /** Present for changes that the audit log has: those of buckets, not those of objects. */
  readonly audited?: BucketAction;
}

const operations = [
  { id: 'listBuckets', method: 'GET', of: 'service', selectors: [], takes: 'nothing' },
  { id: 'headApiVersion', method: 'HEAD', of: 'service', selectors: ['apiversion'], takes: 'nothing' },
  { id: 'headBucketApiVersion', method: 'HEAD', of: 'bucket', selectors: ['apiversion'], takes: 'nothing' },
  {
    id: 'createBucket',
    method: 'PUT',
    of: 'bucket',
    selectors: [],
    takes: 'document',
    audited: 'obs:bucket:CreateBucket',
  },
  { id: 'headBucket', method: 'HEAD', of: 'bucket', selectors: [], takes: 'nothing' },
  {
    id: 'deleteBucket',
    method: 'DELETE',
    of: 'bucket',
    selectors: [],
    takes: 'nothing',
    audited: 'obs:bucket:DeleteBucket',
  },
  { id: 'getLocation', method: 'GET', of: 'bucket', selectors: ['location'], takes: 'nothing' },
  { id: 'getVersioning', method: 'GET', of: 'bucket', selectors: ['versioning'], takes: 'nothing' },
  { id: 'listObjects', method: 'GET', of: 'bucket', selectors: [], takes: 'nothing' },
  { id: 'listObjectsV2', method: 'GET', of: 'bucket', selectors: ['list-type'], takes: 'nothing' },
  { id: 'listUploads', method: 'GET', of: 'bucket', selectors: ['uploads'], takes: 'nothing' },
  { id: 'deleteObjects', method: 'POST', of: 'bucket', selectors: ['delete'], takes: 'document' },
  { id: 'getNotification', method: 'GET', of: 'bucket', selectors: ['notification'], takes: 'nothing' },
  {
    id: 'putNotification',
    method: 'PUT',
    of: 'bucket',
    selectors: ['notification'],
    takes: 'document',
    audited: 'obs:bucket:PutBucketNotification',
  },
  { id: 'getLifecycle', method: 'GET', of: 'bucket', selectors: ['lifecycle'], takes: 'nothing' },
  {
    id: 'putLifecycle',
    method: 'PUT',
    of: 'bucket',
    selectors: ['lifecycle'],
    takes: 'document',
    audited: 'obs:bucket:PutLifecycleConfiguration',
  },
  {
    id: 'deleteLifecycle',
    method: 'DELETE',
    of: 'bucket',
    selectors: ['lifecycle'],
    takes: 'nothing',
    audited: 'obs:bucket:PutLifecycleConfiguration',
  },
  { id: 'putObject', method: 'PUT', of: 'object', selectors: [], takes: 'object' },
  { id: 'getObject', method: 'GET', of: 'object', selectors: [], takes: 'nothing' },
  { id: 'headObject', method: 'HEAD', of: 'object', selectors: [], takes: 'nothing' },
  { id: 'deleteObject', method: 'DELETE', of: 'object', selectors: [], takes: 'nothing' },
  { id: 'createUpload', method: 'POST', of: 'object', selectors: ['uploads'], takes: 'nothing' },
  { id: 'uploadPart', method: 'PUT', of: 'object', selectors: ['partNumber', 'uploadId'], takes: 'object' },
  { id: 'completeUpload', method: 'POST', of: 'object', selectors: ['uploadId'], takes: 'document' },
  { id: 'abortUpload', method: 'DELETE', of: 'object', selectors: ['uploadId'], takes: 'nothing' },
  { id: 'listParts', method: 'GET', of: 'object', selectors: ['uploadId'], takes: 'nothing' },
  // the same requests with a source in place of a body
  { id: 'copyObject', method: 'COPY', of: 'object', selectors: [], takes: 'nothing' },
  { id: 'copyPart', method: 'COPY', of: 'object', selectors: ['partNumber', 'uploadId'], takes: 'nothing' },
] as const;

export type OperationId = (typeof operations)[number]['id'];

/** Those that need a signature. */
export type SignedOperationId = Exclude<OperationId, 'headApiVersion' | 'headBucketApiVersion'>;

/** How OBS clients ask, without a signature, in which way they may sign. */
export function isProbe({ id }: Operation): boolean {
  return id === 'headApiVersion' || id === 'headBucketApiVersion';
}

export const OPERATIONS: readonly Operation[] = operations;

/** Parameters that select operations of S3 or OBS, in lower case. The table above has a part of them. */
const SUBRESOURCES: ReadonlySet<string> = new Set([
  ...SIGNED_PARAMETERS,
  'abac',
  'apiversion',
  'attributes',
  'intelligent-tiering',
  'legal-hold',
  'list-type',
  'metadataconfiguration',
  'metadatatable',
  'ownershipcontrols',
  'renameobject',
  'select',
  'select-type',
  'session',
]);
/** Of `GetObject`; a version is the only one, and `null` is its name. */
const WITH_ANY = /^(?:response-|versionid$|x-obs-security-token$)/;

const METHODS = ['DELETE', 'GET', 'HEAD', 'POST', 'PUT'];

/**
 * The operation that a request selects. Throws `NotImplemented` for a parameter that selects another one: a request that
 * asks for the policy of a bucket must not list its objects.
 */
export function operationOf({ method, query, headers }: Head, { bucket, key }: Address): Operation {
  if (method === 'OPTIONS') {
    throw new StorageError('NotImplemented', 'CORS is not implemented.', {
      hint: 'Serve browsers from the gateway, or through a proxy.',
    });
  }
  if (!METHODS.includes(method)) throw new StorageError('MethodNotAllowed', 'The method is not allowed.');
  const of = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  const isCopy = method === 'PUT' && (headers.has('x-amz-copy-source') || headers.has('x-obs-copy-source'));
  const selecting = [...query.keys()].filter((name) => {
    const lower = name.toLowerCase();
    return SUBRESOURCES.has(lower) && !WITH_ANY.test(lower);
  });
  const found = OPERATIONS.find(
    (operation) =>
      operation.of === of &&
      operation.method === (isCopy && of === 'object' ? 'COPY' : method) &&
      operation.selectors.length === selecting.length &&
      operation.selectors.every((name) => selecting.includes(name)),
  );
  if (found === undefined) throw notImplemented(method, of, selecting);
  checkVersions(query);
  return found;
}

function notImplemented(method: string, of: string, selecting: readonly string[]): StorageError {
  if (selecting.length === 0) {
    return new StorageError('MethodNotAllowed', `The method ${method} is not allowed for this ${of}.`);
  }
  const names = selecting.join(', ').slice(0, 100);
  return new StorageError('NotImplemented', `${method} of a ${of} with the parameter ${names} is not implemented.`);
}

function checkVersions(query: ReadonlyMap<string, string>): void {
  if ((query.get('list-type') ?? '2') !== '2') {
    throw new StorageError('InvalidArgument', 'The parameter list-type must be 2.');
  }
  if ((query.get('versionId') ?? 'null') !== 'null') {
    throw new StorageError('NotImplemented', 'Versions of objects are not implemented; the only one is null.');
  }
}

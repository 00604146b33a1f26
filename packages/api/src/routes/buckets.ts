import { Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import {
  BucketItem,
  BucketList,
  CreateBucketBody,
  ObjectKey,
  ObjectPage,
  PresignedObject,
  PresignObjectBody,
  StoredObject,
} from '../schemas/bucket.ts';
import { NumberText, ProjectParams } from '../schemas/common.ts';

const BUCKETS = '/v1/{project_id}/buckets';
const BUCKET = `${BUCKETS}/{bucket}` as const;
const OBJECTS = `${BUCKET}/objects` as const;

const BucketParams = Type.Object({ ...ProjectParams.properties, bucket: Type.String() });
const KeyQuery = Type.Object({ key: ObjectKey });

const group = 'buckets';
const access = 'any';

/** What the console needs of buckets; S3 clients have all of it. Rights are those of S3 calls, on single buckets and keys. */
export const bucketRoutes = {
  listProjectBuckets: route({
    method: 'GET',
    path: BUCKETS,
    action: 'obs:bucket:ListAllMyBuckets',
    access,
    group,
    summary: 'Buckets of the project',
    params: ProjectParams,
    response: BucketList,
  }),
  createProjectBucket: route({
    method: 'POST',
    path: BUCKETS,
    action: 'obs:bucket:CreateBucket',
    access,
    resource: namedIn('body', 'name'),
    group,
    summary: 'Create a bucket in the project',
    params: ProjectParams,
    body: CreateBucketBody,
    response: BucketItem,
    status: 201,
  }),
  deleteProjectBucket: route({
    method: 'DELETE',
    path: BUCKET,
    action: 'obs:bucket:DeleteBucket',
    access,
    group,
    summary: 'Delete a bucket without objects and unfinished uploads',
    params: BucketParams,
    status: 204,
  }),
  listBucketObjects: route({
    method: 'GET',
    path: OBJECTS,
    action: 'obs:bucket:ListBucket',
    access,
    group,
    summary: 'Objects and folders below a prefix, by the bytes of their keys',
    params: BucketParams,
    query: Type.Object({
      prefix: Type.Optional(Type.String({ maxLength: 1024 })),
      after: Type.Optional(Type.String({ maxLength: 1024, description: 'Begin behind this key or folder.' })),
      limit: Type.Optional(NumberText),
    }),
    response: ObjectPage,
  }),
  putBucketObject: route({
    method: 'PUT',
    path: OBJECTS,
    action: 'obs:object:PutObject',
    access,
    group,
    summary: 'Store an object, or replace it; the body has its bytes. Larger ones by S3',
    params: BucketParams,
    query: Type.Object({
      key: ObjectKey,
      content_type: Type.Optional(
        Type.String({ maxLength: 200, pattern: '^[ -~]*$', description: 'application/octet-stream unless set.' }),
      ),
    }),
    bodyEncoding: 'raw',
    bodyLimit: LIMITS.objectUploadBytes,
    response: StoredObject,
  }),
  deleteBucketObject: route({
    method: 'DELETE',
    path: OBJECTS,
    action: 'obs:object:DeleteObject',
    access,
    group,
    summary: 'Delete an object; a key without one is a success',
    params: BucketParams,
    query: KeyQuery,
    status: 204,
  }),
  presignBucketObject: route({
    method: 'POST',
    path: `${OBJECTS}/presigned`,
    action: 'obs:object:GetObject',
    access,
    group,
    summary:
      'An address at the port of buckets that gets or puts an object without a signature of its own, for minutes',
    params: BucketParams,
    body: PresignObjectBody,
    response: PresignedObject,
  }),
} as const;

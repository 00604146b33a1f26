import { lookup } from 'node:dns';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListPartsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { FakeServer } from '../fake-server.ts';

/** What both SDKs can do, in one form. Every method throws `Refused` with the code that its client shows. */
export interface StorageClient {
  createBucket(bucket: string): Promise<void>;
  headBucket(bucket: string): Promise<void>;
  location(bucket: string): Promise<string>;
  /** Undefined for a bucket that never had versions. */
  versioning(bucket: string): Promise<string | undefined>;
  listBuckets(): Promise<string[]>;
  deleteBucket(bucket: string): Promise<void>;
  put(bucket: string, key: string, body: Buffer, options?: PutOptions): Promise<string>;
  putStream(bucket: string, key: string, body: Buffer): Promise<string>;
  get(bucket: string, key: string, options?: GetOptions): Promise<Got>;
  head(bucket: string, key: string): Promise<Omit<Got, 'body'>>;
  delete(bucket: string, key: string): Promise<void>;
  deleteMany(bucket: string, keys: string[]): Promise<string[]>;
  copy(source: string, bucket: string, key: string): Promise<string>;
  list(bucket: string, options?: ListOptions): Promise<Listed>;
  createUpload(bucket: string, key: string): Promise<string>;
  uploadPart(upload: UploadAt, part: number, body: Buffer): Promise<string>;
  copyPart(upload: UploadAt, part: number, source: string, range?: string): Promise<string>;
  complete(upload: UploadAt, parts: readonly { part: number; etag: string }[]): Promise<string>;
  abort(upload: UploadAt): Promise<void>;
  listParts(upload: UploadAt): Promise<number[]>;
  listUploads(bucket: string): Promise<string[]>;
  setNotification(bucket: string, target: string): Promise<void>;
  notification(bucket: string): Promise<{ target: string; events: string[]; prefix: string | undefined }[]>;
  setExpiry(bucket: string, prefix: string, days: number): Promise<void>;
  expiry(bucket: string): Promise<{ prefix: string; days: number }[]>;
  signedUrl(method: 'GET' | 'PUT', bucket: string, key: string, expires: number): Promise<string>;
  close(): void;
}

export interface PutOptions {
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly md5?: string;
}

export interface GetOptions {
  readonly range?: string;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

export interface Got {
  readonly status: number;
  readonly body: Buffer;
  readonly etag: string;
  readonly size: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ListOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly marker?: string;
  readonly limit?: number;
}

export interface Listed {
  readonly keys: string[];
  readonly prefixes: string[];
  readonly next: string | undefined;
}

export interface UploadAt {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

/** A refusal, with the code as the client shows it. */
export class Refused extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number) {
    super(`${status} ${code}`);
    this.code = code;
    this.status = status;
  }
}

export interface Keys {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string;
}

/** The AWS SDK, with the address of the bucket in the path or in the host. */
export function awsClient(
  server: FakeServer,
  keys: Keys = server.key,
  forcePathStyle = true,
): StorageClient & { s3: S3Client } {
  const s3 = new S3Client({
    endpoint: server.running.storage.replace('127.0.0.1', forcePathStyle ? '127.0.0.1' : 'localhost'),
    region: 'us-east-1',
    forcePathStyle,
    credentials: {
      accessKeyId: keys.accessKey,
      secretAccessKey: keys.secretKey,
      ...(keys.securityToken === undefined ? {} : { sessionToken: keys.securityToken }),
    },
    maxAttempts: 1,
    requestHandler: { httpAgent: toThisMachine() },
  });
  const call = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof S3ServiceException)) throw error;
      throw new Refused(error.name, error.$metadata.httpStatusCode ?? 0);
    }
  };
  const send: S3Client['send'] = ((command: Parameters<S3Client['send']>[0]) =>
    call(s3.send(command) as Promise<unknown>)) as S3Client['send'];
  const at = ({ bucket, key, uploadId }: UploadAt) => ({ Bucket: bucket, Key: key, UploadId: uploadId });
  const got = (answer: {
    ETag?: string | undefined;
    ContentLength?: number | undefined;
    ContentType?: string | undefined;
    Metadata?: Record<string, string> | undefined;
  }) => ({
    etag: answer.ETag ?? '',
    size: answer.ContentLength ?? -1,
    contentType: answer.ContentType ?? '',
    metadata: answer.Metadata ?? {},
  });
  return {
    s3,
    async createBucket(Bucket) {
      await send(new CreateBucketCommand({ Bucket }));
    },
    async headBucket(Bucket) {
      await send(new HeadBucketCommand({ Bucket }));
    },
    async location(Bucket) {
      return String((await send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint);
    },
    async versioning(Bucket) {
      return (await send(new GetBucketVersioningCommand({ Bucket }))).Status;
    },
    async listBuckets() {
      return ((await send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name }) => Name ?? '');
    },
    async deleteBucket(Bucket) {
      await send(new DeleteBucketCommand({ Bucket }));
    },
    async put(Bucket, Key, Body, { contentType, metadata, md5 } = {}) {
      const input = { Bucket, Key, Body, ContentType: contentType, Metadata: metadata, ContentMD5: md5 };
      return (await send(new PutObjectCommand(input))).ETag ?? '';
    },
    async putStream(Bucket, Key, body) {
      const input = { Bucket, Key, Body: Readable.from([body]), ContentLength: body.length };
      return (await send(new PutObjectCommand(input))).ETag ?? '';
    },
    async get(Bucket, Key, { range, ifMatch, ifNoneMatch } = {}) {
      const input = { Bucket, Key, Range: range, IfMatch: ifMatch, IfNoneMatch: ifNoneMatch };
      const answer = await send(new GetObjectCommand(input));
      const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
      return { status: answer.$metadata.httpStatusCode ?? 0, body, ...got(answer) };
    },
    async head(Bucket, Key) {
      const answer = await send(new HeadObjectCommand({ Bucket, Key }));
      return { status: answer.$metadata.httpStatusCode ?? 0, ...got(answer) };
    },
    async delete(Bucket, Key) {
      await send(new DeleteObjectCommand({ Bucket, Key }));
    },
    async deleteMany(Bucket, keys) {
      const Delete = { Objects: keys.map((Key) => ({ Key })) };
      return ((await send(new DeleteObjectsCommand({ Bucket, Delete }))).Deleted ?? []).map(({ Key }) => Key ?? '');
    },
    async copy(CopySource, Bucket, Key) {
      return (await send(new CopyObjectCommand({ CopySource, Bucket, Key }))).CopyObjectResult?.ETag ?? '';
    },
    async list(Bucket, { prefix, delimiter, marker, limit } = {}) {
      const input = { Bucket, Prefix: prefix, Delimiter: delimiter, Marker: marker, MaxKeys: limit };
      const answer = await send(new ListObjectsCommand(input));
      return {
        keys: (answer.Contents ?? []).map(({ Key }) => Key ?? ''),
        prefixes: (answer.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
        next: answer.NextMarker,
      };
    },
    async createUpload(Bucket, Key) {
      return (await send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId ?? '';
    },
    async uploadPart(upload, PartNumber, Body) {
      return (await send(new UploadPartCommand({ ...at(upload), PartNumber, Body }))).ETag ?? '';
    },
    async copyPart(upload, PartNumber, CopySource, range) {
      const input = { ...at(upload), PartNumber, CopySource, CopySourceRange: range };
      return (await send(new UploadPartCopyCommand(input))).CopyPartResult?.ETag ?? '';
    },
    async complete(upload, parts) {
      const MultipartUpload = { Parts: parts.map(({ part, etag }) => ({ PartNumber: part, ETag: etag })) };
      return (await send(new CompleteMultipartUploadCommand({ ...at(upload), MultipartUpload }))).ETag ?? '';
    },
    async abort(upload) {
      await send(new AbortMultipartUploadCommand(at(upload)));
    },
    async listParts(upload) {
      return ((await send(new ListPartsCommand(at(upload)))).Parts ?? []).map(({ PartNumber }) => PartNumber ?? 0);
    },
    async listUploads(Bucket) {
      return ((await send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).map(({ Key }) => Key ?? '');
    },
    async setNotification(Bucket, LambdaFunctionArn) {
      const Filter = { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'in/' }] } };
      const Events = ['s3:ObjectCreated:*' as const];
      const LambdaFunctionConfigurations = [{ Id: 'one', LambdaFunctionArn, Events, Filter }];
      const NotificationConfiguration = { LambdaFunctionConfigurations };
      await send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    },
    async notification(Bucket) {
      const answer = await send(new GetBucketNotificationConfigurationCommand({ Bucket }));
      return (answer.LambdaFunctionConfigurations ?? []).map(({ LambdaFunctionArn, Events, Filter }) => ({
        target: LambdaFunctionArn ?? '',
        events: Events ?? [],
        prefix: Filter?.Key?.FilterRules?.[0]?.Value,
      }));
    },
    async setExpiry(Bucket, Prefix, Days) {
      const Rules = [{ ID: 'one', Status: 'Enabled' as const, Filter: { Prefix }, Expiration: { Days } }];
      await send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    },
    async expiry(Bucket) {
      const { Rules = [] } = await send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      return Rules.map(({ Filter, Expiration }) => ({ prefix: Filter?.Prefix ?? '', days: Expiration?.Days ?? 0 }));
    },
    signedUrl(method, Bucket, Key, expiresIn) {
      const input = { Bucket, Key };
      return method === 'GET'
        ? getSignedUrl(s3, new GetObjectCommand(input), { expiresIn })
        : getSignedUrl(s3, new PutObjectCommand(input), { expiresIn });
    },
    close: () => s3.destroy(),
  };
}

/** Any name below localhost, whatever the resolver of the machine makes of it. */
function toThisMachine(): Agent {
  return new Agent({
    keepAlive: true,
    lookup: (_name, options, done) => lookup('127.0.0.1', options, done),
  });
}

/** It has no types. */
const ObsClient = createRequire(import.meta.url)('esdk-obs-nodejs') as new (options: object) => ObsSdk;

/** Answers of the OBS SDK; `InterfaceResult` has the data of one operation. */
interface ObsAnswer {
  readonly CommonMsg: { readonly Status: number; readonly Code: string };
  // the SDK has no types
  // biome-ignore lint/suspicious/noExplicitAny: data of many operations
  readonly InterfaceResult: any;
}

type ObsSdk = Record<string, (input: object) => Promise<ObsAnswer>> & {
  createSignedUrlSync(input: object): { SignedUrl: string };
  close(): void;
};

/** The OBS SDK: on an address it signs with version 2 in the path; on a name below localhost in its own way. */
export function obsClient(server: FakeServer, way: 'obs' | 'v2', keys: Keys = server.key): StorageClient {
  const { port } = new URL(server.running.storage);
  const sdk = new ObsClient({
    access_key_id: keys.accessKey,
    secret_access_key: keys.secretKey,
    security_token: keys.securityToken,
    server: way === 'obs' ? `http://localhost:${port}` : `http://127.0.0.1:${port}`,
    signature: way,
    region: 'local-1',
    max_retry_count: 0,
    http_agent: toThisMachine(),
  });
  const ready = new Promise((resolve) => setImmediate(resolve));
  const call = async (name: string, input: object = {}): Promise<ObsAnswer & { status: number }> => {
    // its constructor returns before it is ready
    await ready;
    const answer = await sdk[name]?.(input);
    if (answer === undefined) throw new Error(`no operation ${name}`);
    const { Status, Code } = answer.CommonMsg;
    if (Status >= 300) throw new Refused(Code, Status);
    return { ...answer, status: Status };
  };
  const list = (value: unknown): ObsAnswer['InterfaceResult'][] => (Array.isArray(value) ? value : []);
  const at = ({ bucket, key, uploadId }: UploadAt) => ({ Bucket: bucket, Key: key, UploadId: uploadId });
  const got = ({ InterfaceResult: found, status }: ObsAnswer & { status: number }) => ({
    status,
    etag: String(found.ETag),
    size: Number(found.ContentLength),
    contentType: String(found.ContentType),
    metadata: found.Metadata ?? {},
  });
  return {
    async createBucket(Bucket) {
      await call('createBucket', { Bucket });
    },
    async headBucket(Bucket) {
      await call('headBucket', { Bucket });
    },
    async location(Bucket) {
      return String((await call('getBucketLocation', { Bucket })).InterfaceResult.Location);
    },
    async versioning(Bucket) {
      return (await call('getBucketVersioning', { Bucket })).InterfaceResult.VersionStatus as string | undefined;
    },
    async listBuckets() {
      return list((await call('listBuckets')).InterfaceResult.Buckets).map(({ BucketName }) => BucketName);
    },
    async deleteBucket(Bucket) {
      await call('deleteBucket', { Bucket });
    },
    async put(Bucket, Key, Body, { contentType, metadata, md5 } = {}) {
      const input = { Bucket, Key, Body: Readable.from([Body]), ContentLength: Body.length };
      const more = { ContentType: contentType, Metadata: metadata, ContentMD5: md5 };
      return String((await call('putObject', { ...input, ...more })).InterfaceResult.ETag);
    },
    async putStream(Bucket, Key, body) {
      const input = { Bucket, Key, Body: Readable.from([body]), ContentLength: body.length };
      return String((await call('putObject', input)).InterfaceResult.ETag);
    },
    async get(Bucket, Key, { range, ifMatch, ifNoneMatch } = {}) {
      const input = { Bucket, Key, Range: range, IfMatch: ifMatch, IfNoneMatch: ifNoneMatch, SaveAsStream: true };
      const answer = await call('getObject', input);
      const pieces: Buffer[] = [];
      for await (const piece of answer.InterfaceResult.Content) pieces.push(piece);
      return { ...got(answer), body: Buffer.concat(pieces) };
    },
    async head(Bucket, Key) {
      return got(await call('getObjectMetadata', { Bucket, Key }));
    },
    async delete(Bucket, Key) {
      await call('deleteObject', { Bucket, Key });
    },
    async deleteMany(Bucket, keys) {
      const input = { Bucket, Quiet: false, Objects: keys.map((Key) => ({ Key })) };
      return list((await call('deleteObjects', input)).InterfaceResult.Deleteds).map(({ Key }) => Key);
    },
    // it encodes sources itself
    async copy(source, Bucket, Key) {
      const input = { CopySource: decodeURIComponent(source), Bucket, Key };
      return String((await call('copyObject', input)).InterfaceResult.ETag);
    },
    async list(Bucket, { prefix, delimiter, marker, limit } = {}) {
      const input = { Bucket, Prefix: prefix, Delimiter: delimiter, Marker: marker, MaxKeys: limit };
      const { InterfaceResult: found } = await call('listObjects', input);
      return {
        keys: list(found.Contents).map(({ Key }) => Key),
        prefixes: list(found.CommonPrefixes).map(({ Prefix }) => Prefix),
        next: found.NextMarker || undefined,
      };
    },
    async createUpload(Bucket, Key) {
      return String((await call('initiateMultipartUpload', { Bucket, Key })).InterfaceResult.UploadId);
    },
    async uploadPart(upload, PartNumber, body) {
      const input = { ...at(upload), PartNumber, Body: Readable.from([body]), PartSize: body.length };
      return String((await call('uploadPart', input)).InterfaceResult.ETag);
    },
    async copyPart(upload, PartNumber, source, range) {
      const input = { ...at(upload), PartNumber, CopySource: decodeURIComponent(source), CopySourceRange: range };
      return String((await call('copyPart', input)).InterfaceResult.ETag);
    },
    async complete(upload, parts) {
      const Parts = parts.map(({ part, etag }) => ({ PartNumber: part, ETag: etag }));
      return String((await call('completeMultipartUpload', { ...at(upload), Parts })).InterfaceResult.ETag);
    },
    async abort(upload) {
      await call('abortMultipartUpload', at(upload));
    },
    async listParts(upload) {
      return list((await call('listParts', at(upload))).InterfaceResult.Parts).map(({ PartNumber }) =>
        Number(PartNumber),
      );
    },
    async listUploads(Bucket) {
      return list((await call('listMultipartUploads', { Bucket })).InterfaceResult.Uploads).map(({ Key }) => Key);
    },
    async setNotification(Bucket, FunctionGraph) {
      const Filter = { FilterRules: [{ Name: 'prefix', Value: 'in/' }] };
      const FunctionGraphConfigurations = [{ ID: 'one', Filter, FunctionGraph, Event: ['ObjectCreated:*'] }];
      await call('setBucketNotification', { Bucket, FunctionGraphConfigurations });
    },
    async notification(Bucket) {
      const { InterfaceResult: found } = await call('getBucketNotification', { Bucket });
      return list(found.FunctionGraphConfigurations).map((rule) => ({
        target: rule.FunctionGraph,
        events: list(rule.Event),
        prefix: list(rule.Filter?.FilterRules)[0]?.Value,
      }));
    },
    async setExpiry(Bucket, Prefix, Days) {
      const Rules = [{ ID: 'one', Prefix, Status: 'Enabled', Expiration: { Days } }];
      await call('setBucketLifecycleConfiguration', { Bucket, Rules });
    },
    async expiry(Bucket) {
      const { InterfaceResult: found } = await call('getBucketLifecycleConfiguration', { Bucket });
      return list(found.Rules).map(({ Prefix, Filter, Expiration }) => ({
        prefix: Filter?.Prefix ?? Prefix ?? '',
        days: Number(Expiration?.Days),
      }));
    },
    async signedUrl(Method, Bucket, Key, Expires) {
      await ready;
      return sdk.createSignedUrlSync({ Method, Bucket, Key, Expires }).SignedUrl;
    },
    close: () => sdk.close(),
  };
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import { TestServer } from './server.ts';

/** The buckets of a server as the S3 service in which other servers share their code, in the bucket `code`. */
export class CodeInS3 implements AsyncDisposable {
  readonly service: TestServer;
  readonly s3: S3;
  /** Removed at the end, with what a test puts there. */
  readonly folder = mkdtempSync(join(tmpdir(), 'funcgraph-s3-'));

  private constructor(service: TestServer) {
    const { storage: endpoint, access_key: accessKeyId, secret_key: secretAccessKey } = service.credentials;
    this.service = service;
    this.s3 = new S3({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    writeFileSync(this.#keys, `${accessKeyId}:${secretAccessKey}\n`);
  }

  static async start(): Promise<CodeInS3> {
    const code = new CodeInS3(await TestServer.start({ args: ['--sandbox', 'process'] }));
    await code.s3.createBucket({ Bucket: 'code' });
    return code;
  }

  /** Of the service itself, without what a test puts before it. */
  get endpoint(): string {
    return this.service.credentials.storage;
  }

  /** Arguments of a server that reaches the service at this address. */
  place(endpoint: string): string[] {
    return ['--artifacts', 's3://code/fgs', '--s3-keys-file', this.#keys, '--s3-endpoint', endpoint];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.s3.destroy();
    await this.service.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #keys(): string {
    return join(this.folder, 'keys');
  }
}

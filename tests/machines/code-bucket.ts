import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import { TestServer } from '../server.ts';
import type { MachineNetwork } from './network.ts';

/** A bucket for code in an S3 service at the switch: our own, in a process that belongs to no cluster. */
export class CodeBucket {
  /** Of servers that keep their code there. */
  readonly flags: readonly string[];
  readonly #service: TestServer;

  private constructor(service: TestServer, flags: readonly string[]) {
    this.#service = service;
    this.flags = flags;
  }

  static async start(network: MachineNetwork): Promise<CodeBucket> {
    const host = ['--host', network.addressOf('switch')];
    const service = await TestServer.start({ args: ['--sandbox', 'process', ...host], under: network.on('switch') });
    try {
      const { storage: endpoint, access_key: accessKeyId, secret_key: secretAccessKey } = service.credentials;
      const credentials = { accessKeyId, secretAccessKey };
      const s3 = new S3({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
      await s3.createBucket({ Bucket: 'code' });
      s3.destroy();
      const keys = join(network.folder, 's3-keys');
      writeFileSync(keys, `${accessKeyId}:${secretAccessKey}\n`, { mode: 0o600 });
      return new CodeBucket(service, [
        '--artifacts',
        's3://code/fgs',
        '--s3-endpoint',
        endpoint,
        '--s3-keys-file',
        keys,
      ]);
    } catch (error) {
      await service.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.#service.stop();
  }
}

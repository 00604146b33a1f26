import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Blobs, S3Files } from '../../src/artifacts/index.ts';
import { sharedBlobsConformance, sharedFilesConformance } from '../../src/artifacts/shared/conformance.ts';
import type { S3Place } from '../../src/lib/s3-place.ts';
import { Secret } from '../../src/lib/secret.ts';

/** Of Debian's python3-swift. */
const SWIFT = '/usr/lib/python3/dist-packages/swift';
const PROGRAM = join(import.meta.dirname, 'swift-service.py');
const KEYS = { accessKey: 'test:tester', secretKey: new Secret('testing') };

describe.skipIf(!existsSync(SWIFT))("OpenStack Swift's S3 layer", () => {
  let folder: string;
  let s3: S3;
  let endpoint: string;
  let stop: () => Promise<unknown>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fg-swift-'));
    const swift = spawn('/usr/bin/python3', [PROGRAM, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(swift, 'exit');
    stop = () => {
      swift.stdin.end();
      return ended;
    };
    const [port] = await Promise.race([
      once(createInterface({ input: swift.stdout }), 'line'),
      ended.then(([code]) => Promise.reject(new Error(`Swift ended with ${code}`))),
    ]);
    endpoint = `http://127.0.0.1:${port}`;
    const credentials = { accessKeyId: KEYS.accessKey, secretAccessKey: KEYS.secretKey.reveal() };
    s3 = new S3({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
    await s3.createBucket({ Bucket: 'code' });
  });
  afterAll(async () => {
    s3?.destroy();
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  let places = 0;
  function newPlace(changes: Partial<S3Place> = {}): S3Place {
    places += 1;
    return { endpoint, region: 'us-east-1', bucket: 'code', prefix: `place-${places}/`, ...KEYS, ...changes };
  }

  sharedBlobsConformance('Swift', async () => {
    const place = newPlace();
    return {
      blobs: (aheadMs = 0, owner) => new S3Blobs(place, { aheadMs, owner }),
      names: async (part) => {
        const Prefix = `${place.prefix}${part}/`;
        const { Contents = [] } = await s3.listObjectsV2({ Bucket: 'code', Prefix });
        return Contents.map(({ Key = '' }) => Key.slice(Prefix.length));
      },
      replace: async (sha256, Body) => {
        await s3.putObject({ Bucket: 'code', Key: `${place.prefix}blobs/${sha256}`, Body });
      },
    };
  });

  sharedFilesConformance('Swift', async () => {
    const place = newPlace();
    return () => new S3Files(place, 'telemetry');
  });

  it('takes a blob that is sent in parts', async () => {
    const [file, copy] = [join(folder, 'large'), join(folder, 'copy')];
    const bytes = randomBytes(17 * 2 ** 20);
    await writeFile(file, bytes);
    const blobs = new S3Blobs(newPlace());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await blobs.put(sha256, file);
    // the second time only renews its age
    await blobs.put(sha256, file);
    expect(await blobs.fetch(sha256, copy)).toBe(true);
    expect((await readFile(copy)).equals(bytes)).toBe(true);
    expect((await s3.listMultipartUploads({ Bucket: 'code' })).Uploads ?? []).toEqual([]);
  });

  it.each<[string, Partial<S3Place>, RegExp]>([
    ['with a wrong key', { accessKey: 'nobody' }, /refuses the keys/],
    ['with a wrong secret', { secretKey: new Secret('s3cret') }, /refuses the keys/],
    ['without its bucket', { bucket: 'nowhere' }, /bucket does not exist/],
  ])('is not used %s', async (_, changes, message) => {
    const failure = await new S3Blobs(newPlace(changes)).start().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'artifacts', message: expect.stringMatching(message) });
  });
});

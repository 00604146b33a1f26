import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Blobs, S3Files } from '../../src/artifacts/index.ts';
import { sharedBlobsConformance, sharedFilesConformance } from '../../src/artifacts/shared/conformance.ts';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import type { S3Place } from '../../src/lib/s3-place.ts';
import { Secret } from '../../src/lib/secret.ts';
import { FakeServer } from '../fake-server.ts';
import { awsClient } from './clients.ts';
import { FaultyHttp } from './faulty-http.ts';

const SHA = '5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b';

let server: FakeServer;
let clock: ManualClock;
let client: ReturnType<typeof awsClient>;
let dir: string;
let file: string;
beforeAll(async () => {
  clock = new ManualClock(Date.now());
  server = await FakeServer.start({ handler: () => '' }, {}, pino({ level: 'silent' }), { clock });
  client = awsClient(server);
  await client.createBucket('code');
  dir = await mkdtemp(join(tmpdir(), 'fg-s3-'));
  file = join(dir, 'file');
  await writeFile(file, 'code');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

let places = 0;
function newPlace(changes: Partial<S3Place> = {}): S3Place {
  places += 1;
  const { accessKey, secretKey } = server.key;
  const endpoint = server.running.storage;
  const keys = { accessKey, secretKey: new Secret(secretKey) };
  return { endpoint, region: 'us-east-1', bucket: 'code', prefix: `place-${places}/`, ...keys, ...changes };
}

sharedBlobsConformance('a bucket', async () => {
  const place = newPlace();
  return {
    blobs: (aheadMs = 0, owner) => new S3Blobs(place, { aheadMs, owner }),
    names: async (part) => {
      const prefix = `${place.prefix}${part}/`;
      return (await client.list('code', { prefix })).keys.map((key) => key.slice(prefix.length));
    },
    replace: async (sha256, content) => {
      await client.put('code', `${place.prefix}blobs/${sha256}`, Buffer.from(content));
    },
  };
});

sharedFilesConformance('a bucket', async () => {
  const place = newPlace();
  return () => new S3Files(place, 'telemetry');
});

const changedAt = async (Key: string): Promise<number> => {
  const { LastModified } = await client.s3.send(new HeadObjectCommand({ Bucket: 'code', Key }));
  return Number(LastModified);
};

it('a blob is young again when it is stored again', async () => {
  const place = newPlace();
  await new S3Blobs(place).put(SHA, file);
  const before = await changedAt(`${place.prefix}blobs/${SHA}`);
  clock.advance(10 * 60_000);
  await new S3Blobs(place, { aheadMs: 20 * 60_000 }).put(SHA, file);
  const after = await changedAt(`${place.prefix}blobs/${SHA}`);
  expect(after - before).toBe(10 * 60_000);
});

describe('a server does not start', () => {
  const start = (changes: Partial<S3Place>) => new S3Blobs(newPlace(changes)).start();
  it.each<[string, () => Partial<S3Place>, RegExp]>([
    ['with a wrong key', () => ({ accessKey: 'NOBODY' }), /refuses the keys/],
    ['with a wrong secret', () => ({ secretKey: new Secret('s3cret') }), /refuses the keys/],
    ['without its bucket', () => ({ bucket: 'nowhere' }), /bucket does not exist/],
    ['where no service listens', () => ({ endpoint: 'http://127.0.0.1:1' }), /ECONNREFUSED/],
    [
      'with an address that is no S3 service',
      () => ({ endpoint: server.running.gateway }),
      /the answer is \d+, and not of an S3 service/,
    ],
  ])('%s', async (_, changes, message) => {
    const failure = await start(changes()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'artifacts', message: expect.stringMatching(message) });
    expect(String((failure as Error).message)).not.toContain('s3cret');
  });
});

describe('a service', () => {
  async function during(answer: (server: Server) => void, work: (place: S3Place) => Promise<void>): Promise<void> {
    const broken = createServer();
    answer(broken);
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const { port } = broken.address() as AddressInfo;
    try {
      await work(newPlace({ endpoint: `http://127.0.0.1:${port}` }));
    } finally {
      broken.closeAllConnections();
      await new Promise((resolve) => broken.close(resolve));
    }
  }
  const expectUnavailable = async (place: S3Place) => {
    const blobs = new S3Blobs(place, { idleMs: 200 });
    const unavailable = { code: 'artifacts_unavailable' };
    await expect(blobs.fetch(SHA, join(dir, 'copy'))).rejects.toMatchObject(unavailable);
    await expect(blobs.put(SHA, file)).rejects.toMatchObject(unavailable);
    expect(await readdir(dir)).toEqual(['file']);
  };

  it('that fails has lost no blob', () =>
    during((broken) => broken.on('request', (_, answer) => answer.writeHead(500).end()), expectUnavailable));

  it('that does not answer is left after a while', () => during(() => {}, expectUnavailable));

  it('that leaves a download without an answer is asked again', () => {
    let requests = 0;
    return during(
      (broken) =>
        broken.on('request', (_, answer) => {
          requests += 1;
          if (requests === 2) answer.writeHead(200, { 'content-length': '4' }).end('code');
        }),
      async (place) => {
        const copy = join(dir, 'copy');
        expect(await new S3Blobs(place, { idleMs: 500 }).fetch(SHA, copy)).toBe(true);
        expect(requests).toBe(2);
        await rm(copy);
      },
    );
  });

  it('that stops in the middle of a blob leaves no part of it', () =>
    during((broken) => {
      broken.on('request', (_, answer) => answer.writeHead(200, { 'content-length': '1000' }).write('half'));
    }, expectUnavailable));

  it('that sends single bytes is left after a while', () =>
    during((broken) => {
      broken.on('request', (_, answer) => {
        answer.writeHead(200, { 'content-length': '100000' });
        const drip = setInterval(() => answer.write('x'), 20);
        answer.on('close', () => clearInterval(drip));
      });
    }, expectUnavailable));

  it('that does not have what it accepted has not stored it', async () => {
    const faulty = await FaultyHttp.before(server.running.storage);
    try {
      faulty.fault = (method) => (method === 'PUT' ? 'page' : undefined);
      const blobs = new S3Blobs(newPlace({ endpoint: faulty.endpoint }));
      await expect(blobs.put(SHA, file)).rejects.toMatchObject({
        code: 'artifacts_unavailable',
        cause: { message: expect.stringContaining('does not have it') },
      });
    } finally {
      await faulty.close();
    }
  });

  it('is asked for other blobs after a local file could not be read or written', async () => {
    const blobs = new S3Blobs(newPlace());
    await blobs.put(SHA, file);
    await expect(blobs.put(SHA, join(dir, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(blobs.fetch(SHA, join(dir, 'no-folder', 'copy'))).rejects.toMatchObject({ code: 'ENOENT' });
    const copy = join(dir, 'copy');
    expect(await blobs.fetch(SHA, copy)).toBe(true);
    await rm(copy);
  });

  it('is asked again for a blob of other bytes, and has lost it when they stay', async () => {
    const faulty = await FaultyHttp.before(server.running.storage);
    try {
      const blobs = new S3Blobs(newPlace({ endpoint: faulty.endpoint }));
      await blobs.put(SHA, file);
      let damaged = 1;
      faulty.fault = (method, path) => {
        if (method !== 'GET' || !path.includes('/blobs/') || damaged === 0) return undefined;
        damaged -= 1;
        return 'wrong-bytes';
      };
      const copy = join(dir, 'copy');
      expect(await blobs.fetch(SHA, copy)).toBe(true);
      await rm(copy);
      damaged = Number.POSITIVE_INFINITY;
      expect(await blobs.fetch(SHA, copy)).toBe(false);
      expect(await readdir(dir)).toEqual(['file']);
    } finally {
      await faulty.close();
    }
  });
});

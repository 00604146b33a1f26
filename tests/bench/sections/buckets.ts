import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { applyLoad } from '../apply-load.ts';
import { absolute, type Row } from '../report.ts';
import { type Bench, median, memoryKb, type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';

const SMALL = randomBytes(2 * 1024).toString('hex');
const MEBIBYTE = 1024 * 1024;
const LARGE = randomBytes(64 * MEBIBYTE);
const TIMES = 5;
const BUCKET = 'bench';
/** Each has an object of its own. */
const MOST_CONNECTIONS = 32;

/** The addresses of one object. */
interface Place {
  readonly put: string;
  readonly get: string;
}

/** Objects by presigned addresses, beside a plain Node.js server that stores files. */
export const buckets: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const files = fork(fileURLToPath(new URL('../file-server.ts', import.meta.url)), { execArgv: [] });
    const [{ port }] = (await once(files, 'message')) as [{ port: number }];
    const s3 = clientOf(target);
    try {
      await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
      const file = (name: string): Place => ({
        put: `http://127.0.0.1:${port}/${name}`,
        get: `http://127.0.0.1:${port}/${name}`,
      });
      const names = Array.from({ length: MOST_CONNECTIONS }, (_, index) => `small-${index}`);
      const rows = await small(bench, await Promise.all(names.map((name) => placeOf(s3, name))), names.map(file));
      bench.progress('objects of 64 MB');
      const before = memoryKb(target.pid);
      const [ours, floor] = [await large(await placeOf(s3, 'large')), await large(file('large'))];
      const grown = (memoryKb(target.pid) - before) / 1024;
      return [
        ...rows,
        beside('object of 64 MB, put', ours.put, 'MB/s', floor.put),
        beside('object of 64 MB, get', ours.get, 'MB/s', floor.get),
        absolute('  memory that this adds (PSS)', grown, 'MB', {}),
      ];
    } finally {
      s3.destroy();
      files.disconnect();
    }
  });

function beside(name: string, value: number, unit: string, baseline: number): Row {
  return { name, value, unit, baseline, ratio: value / baseline, budget: '', ok: null };
}

function clientOf({ credentials }: Target): S3Client {
  const { storage, access_key, secret_key } = credentials;
  const key = { accessKeyId: access_key, secretAccessKey: secret_key };
  return new S3Client({ endpoint: storage, region: 'us-east-1', forcePathStyle: true, credentials: key });
}

async function placeOf(s3: S3Client, Key: string): Promise<Place> {
  const at = { Bucket: BUCKET, Key };
  return {
    put: await getSignedUrl(s3, new PutObjectCommand(at), { expiresIn: 3600 }),
    get: await getSignedUrl(s3, new GetObjectCommand(at), { expiresIn: 3600 }),
  };
}

async function small({ measureMs, progress }: Bench, ours: readonly Place[], floor: readonly Place[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const connections of [1, MOST_CONNECTIONS]) {
    for (const way of ['put', 'get'] as const) {
      progress(`objects of 4 KB, ${way}, ${connections} connections`);
      const measure = async (places: readonly Place[]): Promise<number> => {
        const { hostname: host, port } = new URL(places[0]?.[way] ?? '');
        const request = places.slice(0, connections).map(({ [way]: address }) => wire(way, address));
        const plan = { host, port: Number(port), connections, warmupMs: 1000, measureMs, request };
        const expected = way === 'get' ? SMALL : '';
        return (await applyLoad({ ...plan, expected })).perSecond;
      };
      rows.push(beside(`object of 4 KB, ${way}, ${connections} conn`, await measure(ours), '/s', await measure(floor)));
    }
  }
  return rows;
}

/** The request as bytes. */
function wire(way: 'put' | 'get', address: string): Buffer {
  const { host, pathname, search } = new URL(address);
  const head = `${way.toUpperCase()} ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n`;
  if (way === 'get') return Buffer.from(`${head}\r\n`);
  return Buffer.from(`${head}Content-Length: ${SMALL.length}\r\n\r\n${SMALL}`);
}

async function large(place: Place): Promise<{ readonly put: number; readonly get: number }> {
  const put: number[] = [];
  const get: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    put.push(await transfer('PUT', place.put, LARGE));
    get.push(await transfer('GET', place.get));
  }
  return { put: median(put), get: median(get) };
}

/** MB/s. */
async function transfer(method: string, address: string, body?: Buffer): Promise<number> {
  const begin = performance.now();
  const headers = body === undefined ? {} : { 'content-length': body.length };
  const sent = request(address, { method, headers }).end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`${method} of 64 MB: ${answer.statusCode}`);
  for await (const _ of answer);
  return LARGE.length / MEBIBYTE / ((performance.now() - begin) / 1000);
}

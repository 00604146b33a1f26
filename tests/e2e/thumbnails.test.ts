import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PNG } from 'pngjs';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE } from '../functions.ts';
import { placeCli, ROOT, TestServer } from '../server.ts';
import { packageFiles } from './inside/package-files.ts';

const READER = 'ann@example.org';
const RED = [200, 0, 0, 255];
const BLUE = [0, 0, 200, 255];

const mails: string[] = [];
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  logger: false,
  onData(stream, session, done) {
    const [to] = session.envelope.rcptTo.map(({ address }) => address);
    text(stream).then((source) => {
      // as a reader of quoted-printable sees it
      if (to === READER) mails.push(source.replace(/=\r\n/g, '').replace(/=3D/g, '='));
      done();
    }, done);
  },
});

let server: TestServer;
let folder: string;
let s3: S3Client;

beforeAll(async () => {
  const listening = smtp.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => listening.once('listening', () => resolve()));
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const args = ['--smtp-from', 'fgs@example.com', '--smtp-url', `smtp://127.0.0.1:${port}`];
  [server, folder] = await Promise.all([TestServer.start({ args }), installed()]);
  const { storage: endpoint, access_key: accessKeyId, secret_key: secretAccessKey } = server.credentials;
  const credentials = { accessKeyId, secretAccessKey };
  s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
});
afterAll(async () => {
  s3?.destroy();
  await server?.stop();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  await rm(folder, { recursive: true, force: true });
});

/** The example as it is after `npm install`, and a program `fgs` beside it. */
async function installed(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'funcgraph-thumbnails-'));
  await cp(join(ROOT, 'examples/thumbnails'), place, { recursive: true });
  const files = packageFiles(['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner', 'pngjs']);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(place, 'function', path)), { recursive: true });
    await writeFile(join(place, 'function', path), content);
  }
  await placeCli(place);
  return place;
}

/** Left half red, right half blue. */
function halves(width: number, height: number): Buffer {
  const png = new PNG({ width, height });
  for (let at = 0; at < width * height; at += 1) png.data.set(at % width < width / 2 ? RED : BLUE, at * 4);
  return PNG.sync.write(png);
}

interface ExampleRun {
  readonly failed: boolean;
  readonly output: string;
}

function runExample(picture: string): Promise<ExampleRun> {
  const args = [join(folder, 'run.sh'), READER, picture];
  const env = { PATH: [folder, process.env.PATH].join(delimiter), FGS_DATA_DIR: server.dataDir };
  return new Promise((resolve) => {
    execFile('/bin/bash', args, { env }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: `${stdout}${stderr}` });
    });
  });
}

const linkIn = (mail: string | undefined, pattern: RegExp): string | undefined => pattern.exec(mail ?? '')?.[0];

/** Answers the mail that the subscription sends. */
async function confirm(): Promise<void> {
  const link = () => mails.map((mail) => linkIn(mail, /http:\S+\/subscribe\?token=\w+/)).find(Boolean);
  await expect.poll(link, PATIENCE).toBeDefined();
  expect((await fetch(link() ?? '')).status).toBe(200);
}

const mailAbout = (key: string): string | undefined => mails.find((mail) => mail.includes(`${key}, `));

async function thumbnailInMailAbout(key: string): Promise<PNG> {
  await expect.poll(() => mailAbout(key), PATIENCE).toContain('Subject: New thumbnail');
  const answer = await fetch(linkIn(mailAbout(key), /http:\S+X-Amz-Signature=\w+\S*/) ?? '');
  const body = Buffer.from(await answer.arrayBuffer());
  expect(answer.status, body.toString()).toBe(200);
  return PNG.sync.read(body);
}

/** The upload of a picture, as its event. */
const uploadOf = (key: string) => {
  const s3 = { bucket: { name: 'photos' }, object: { key: encodeURIComponent(key), size: 1 } };
  return ['functions', 'invoke', 'thumbnail', '--data', JSON.stringify({ Records: [{ s3 }] })];
};

const pixel = ({ data, width }: PNG, x: number, y: number): number[] => {
  const at = (y * width + x) * 4;
  return [...data.subarray(at, at + 4)];
};

test('an uploaded picture becomes a thumbnail, and its reader gets a mail with a link to it', async () => {
  const picture = join(folder, 'cat 1.png');
  await writeFile(picture, halves(600, 300));
  const [run] = await Promise.all([runExample(picture), confirm()]);
  expect(run.failed, run.output).toBe(false);
  expect(run.output).toContain('incoming/cat 1.png: 128 x 64 pixels');
  const thumbnail = await thumbnailInMailAbout('incoming/cat 1.png');
  expect([thumbnail.width, thumbnail.height]).toEqual([128, 64]);
  expect([pixel(thumbnail, 63, 32), pixel(thumbnail, 64, 32)]).toEqual([RED, BLUE]);

  // Neither a picture in the second bucket nor the deletion of the source starts anything; the next upload does.
  const Body = halves(10, 20);
  await s3.send(new PutObjectCommand({ Bucket: 'thumbnails', Key: 'incoming/own.png', Body }));
  await s3.send(new DeleteObjectCommand({ Bucket: 'photos', Key: 'incoming/cat 1.png' }));
  await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'incoming/next.png', Body }));
  const next = await thumbnailInMailAbout('incoming/next.png');
  expect([next.width, next.height]).toEqual([10, 20]);
  const list = await server.fgs(['invocations', 'list', 'thumbnail', '--async', '--output', 'json']);
  const invocations = JSON.parse(list.stdout.toString()) as { status: string }[];
  expect(invocations.map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS']);
  expect(mails).toHaveLength(3);
});

test('a picture that was deleted is left out, and one outside its rights is refused', async () => {
  expect(await server.fgs(uploadOf('incoming/gone.png'))).toMatchObject({ exitCode: 0 });
  const refused = await server.fgs(uploadOf('private/cat.png'));
  expect([refused.exitCode, refused.stdout.toString()]).toEqual([6, expect.stringContaining('Access')]);
});

test('thumbnails have the shape and the colours of the picture, and large ones are not read', async () => {
  const { makeThumbnail } = createRequire(join(folder, 'function/'))('./thumbnail.js') as {
    makeThumbnail(picture: Buffer): { readonly png: Buffer; readonly width: number; readonly height: number };
  };
  expect(makeThumbnail(halves(4000, 1))).toMatchObject({ width: 128, height: 1 });
  expect(makeThumbnail(halves(1, 1))).toMatchObject({ width: 1, height: 1 });
  const faint = new PNG({ width: 256, height: 256 });
  for (let at = 0; at < 256 * 256; at += 2) faint.data.set(RED, at * 4);
  expect(pixel(PNG.sync.read(makeThumbnail(PNG.sync.write(faint)).png), 5, 5)).toEqual([200, 0, 0, 128]);
  const vast = halves(10, 10);
  vast.writeUInt32BE(100_000, 16);
  vast.writeUInt32BE(100_000, 20);
  expect(() => makeThumbnail(vast)).toThrow('at most 16000000');
  expect(() => makeThumbnail(Buffer.from('text'))).toThrow('not a PNG');
});

#!/usr/bin/env node
// Makes the buckets, the rights, the topic, the function and its trigger, then uploads a picture and waits for its
// thumbnail. May be run again: what exists stays. README.md explains each step.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CONFIRM_MS = 10 * 60_000;
const START_MS = 60_000;
const here = fileURLToPath(new URL('.', import.meta.url));

const [credentialsFile, address, picture] = process.argv.slice(2);
if (picture === undefined || !picture.endsWith('.png')) {
  console.error('usage: node examples/thumbnails/run.mjs CREDENTIALS ADDRESS PICTURE.png');
  process.exit(2);
}
process.on('uncaughtException', (error) => {
  console.error(error.message);
  process.exit(1);
});
const credentials = JSON.parse(await readFile(credentialsFile, 'utf8'));
const inFunction = createRequire(`${here}function/`);
try {
  inFunction.resolve('@aws-sdk/client-s3');
} catch (cause) {
  throw new Error(`packages are missing: npm install --prefix ${here}function`, { cause });
}

/** Runs a command of fgs with these credentials. */
function run(args) {
  const env = { ...process.env, FGS_CREDENTIALS: resolve(credentialsFile) };
  return new Promise((done) => {
    execFile('fgs', args, { env }, (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }));
  });
}

async function fgs(...args) {
  const { code, stdout, stderr } = await run(args);
  if (code === 0) return stdout;
  if (code === 'ENOENT') throw new Error('fgs is not in the PATH');
  throw new Error(`fgs ${args.join(' ')} ended with ${code}\n${stderr}${stdout}`);
}

const result = async (...args) => JSON.parse(await fgs(...args, '--output', 'json'));

/** Shows a command and what it prints. */
async function show(...args) {
  console.log(`$ fgs ${args.join(' ')}`);
  console.log((await fgs(...args)).trimEnd());
}

async function unlessExists(look, ...create) {
  if ((await run(look)).code !== 0) await show(...create);
}

/** Resolves with the first result that is not undefined. */
async function awaited(what, limitMs, read) {
  for (const end = Date.now() + limitMs; Date.now() < end; await pause(250)) {
    const result = await read();
    if (result !== undefined) return result;
  }
  throw new Error(`${what} did not happen within ${limitMs / 1000} seconds`);
}

const { CreateBucketCommand, PutObjectCommand, S3Client } = inFunction('@aws-sdk/client-s3');
const s3 = new S3Client({
  endpoint: credentials.storage,
  region: credentials.region,
  forcePathStyle: true,
  credentials: { accessKeyId: credentials.access_key, secretAccessKey: credentials.secret_key },
});

for (const Bucket of ['photos', 'thumbnails']) {
  await s3.send(new CreateBucketCommand({ Bucket })).catch((error) => {
    if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
  });
  console.log(`bucket ${Bucket}`);
}

await show('topics', 'create', 'new-thumbnails', '--display-name', 'Thumbnails');
const subscribe = ['topics', 'subscriptions', 'add', 'new-thumbnails', address];
await show(...subscribe);
const { subscription_urn: urn } = await result(...subscribe);

const policy = ['--file', `${here}policy.json`];
await unlessExists(['iam', 'policies', 'show', 'thumbnail'], 'iam', 'policies', 'create', 'thumbnail', ...policy);
const agency = ['--policy', 'thumbnail'];
await unlessExists(['iam', 'agencies', 'show', 'thumbnail'], 'iam', 'agencies', 'create', 'thumbnail', ...agency);

const topic = `urn:smn:${credentials.region}:${credentials.project_id}:new-thumbnails`;
const variables = ['THUMBNAILS=thumbnails', `STORAGE=${credentials.storage}`, `TOPIC=${topic}`];
const limits = ['--memory', '512', '--timeout', '30'];
const code = ['--name', 'thumbnail', '--runtime', 'Node.js', '--handler', 'index.handler'];
const env = variables.flatMap((variable) => ['--env', variable]);
await show('functions', 'deploy', `${here}function`, ...code, ...limits, '--agency', 'thumbnail', ...env);
const source = ['--bucket', 'photos', '--on', 'ObjectCreated', '--prefix', 'incoming/', '--suffix', '.png'];
await unlessExists(['triggers', 'show', 'thumbnail', 'objects'], 'triggers', 'create', 'thumbnail', ...source);

console.log(`Open the link in the mail to ${address}, unless the subscription is confirmed.`);
await awaited('the confirmation', CONFIRM_MS, async () => {
  const subscriptions = await result('topics', 'subscriptions', 'list', 'new-thumbnails');
  return subscriptions.find(({ subscription_urn, state }) => subscription_urn === urn && state === 'confirmed');
});

const invocations = () => result('invocations', 'list', 'thumbnail', '--async');
const earlier = new Set((await invocations()).map(({ request_id }) => request_id));
const Key = `incoming/${basename(picture)}`;
await s3.send(new PutObjectCommand({ Bucket: 'photos', Key, Body: await readFile(picture), ContentType: 'image/png' }));
console.log(`uploaded photos/${Key}`);
const { request_id } = await awaited('the start of the function', START_MS, async () =>
  (await invocations()).find(({ request_id }) => !earlier.has(request_id)),
);
await show('invocations', 'wait', 'thumbnail', request_id);
await show('functions', 'logs', 'thumbnail', '--request-id', request_id);
console.log(`The thumbnail is thumbnails/${Key}; ${address} gets a link to it.`);
s3.destroy();

import { resolve } from 'node:path';
import { checkPlace, connectStorage, receiveFile, STORAGE_FLAGS, sendFile, wholeBody } from '../../buckets/index.ts';
import { defineCommand, flag, type StreamItem, usageError } from '../../framework/index.ts';
import { BUCKET, KEY } from './arguments.ts';

const MAX_EXPIRES_SECONDS = 7 * 24 * 60 * 60;

export const putObject = defineCommand({
  name: 'buckets put',
  summary: 'Store a file as an object; a large one in parts',
  flags: {
    file: flag.text('FILE', 'the file', { short: 'f', required: true }),
    'content-type': flag.text('TYPE', 'media type that readers get'),
    ...STORAGE_FLAGS,
  },
  args: [BUCKET, KEY],
  examples: ['fgs buckets put photos 2026/holiday.jpg --file ./holiday.jpg --content-type image/jpeg'],
  async run({ flags, args: { bucket, key } }, context) {
    const client = await connectStorage(flags, context);
    const { signal, stderr } = context;
    const file = resolve(context.cwd, flags.file);
    const onSent = (bytes: number, size: number): void => {
      if (stderr.isTTY) void stderr.write(`sent ${megabytes(bytes)} of ${megabytes(size)} MB\n`);
    };
    const stored = await sendFile(client, { bucket, key, file, contentType: flags['content-type'], signal, onSent });
    return { kind: 'message', text: `${bucket}/${key}: stored ${stored.size} bytes`, data: { bucket, key, ...stored } };
  },
});

export const getObject = defineCommand({
  name: 'buckets get',
  summary: 'Print an object, or write it to a file that is there only when it is whole',
  flags: { out: flag.text('FILE', 'write it to this file; else to standard output'), ...STORAGE_FLAGS },
  args: [BUCKET, KEY],
  examples: [
    'fgs buckets get photos 2026/holiday.jpg --out ./holiday.jpg',
    'fgs buckets get logs today.txt | grep ERROR',
  ],
  async run({ flags, args: { bucket, key } }, context) {
    const { signal } = context;
    if (flags.out === undefined && context.format === 'json') throw usageError('--output json needs --out FILE');
    const client = await connectStorage(flags, context);
    const file = flags.out === undefined ? undefined : resolve(context.cwd, flags.out);
    if (file !== undefined) await checkPlace(file);
    const answer = await client.send({ method: 'GET', bucket, key, signal });
    if (file === undefined) return { kind: 'stream', items: items(wholeBody(answer, signal)) };
    const size = await receiveFile(answer, file, signal);
    return { kind: 'message', text: `${flags.out}: ${size} bytes`, data: { bucket, key, file, size } };
  },
});

export const presign = defineCommand({
  name: 'buckets presign',
  summary: 'Print an address with which anyone may read or write an object until it expires',
  flags: {
    expires: flag.integer('SECONDS', `at most ${MAX_EXPIRES_SECONDS}, a week`, { fallback: 3600 }),
    method: flag.text('METHOD', 'what the address is for', { choices: ['GET', 'PUT'], fallback: 'GET' }),
    ...STORAGE_FLAGS,
  },
  args: [BUCKET, KEY],
  examples: ['fgs buckets presign photos 2026/holiday.jpg --expires 600'],
  async run({ flags, args: { bucket, key } }, context) {
    const { expires, method } = flags;
    if (expires < 1 || expires > MAX_EXPIRES_SECONDS) {
      throw usageError(`--expires is from 1 to ${MAX_EXPIRES_SECONDS} seconds`);
    }
    const client = await connectStorage(flags, context);
    const url = client.presigned(method === 'PUT' ? 'PUT' : 'GET', bucket, key, expires);
    const data = { url, method, expires_at: new Date(context.now() + expires * 1000).toISOString() };
    return { kind: 'message', text: url, data };
  },
});

async function* items(pieces: AsyncIterable<Buffer>): AsyncGenerator<StreamItem> {
  for await (const bytes of pieces) yield { text: '', bytes, data: {} };
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

import { connectStorage, listObjects, removeObjects, STORAGE_FLAGS } from '../../buckets/index.ts';
import { confirmDeletion, defineCommand, flag, usageError, YES_FLAG } from '../../framework/index.ts';
import { BUCKET } from './arguments.ts';

export const rm = defineCommand({
  name: 'buckets rm',
  summary: 'Remove objects: by their keys, or all whose keys begin with a prefix',
  flags: {
    prefix: flag.text('TEXT', 'all objects whose keys begin with this; empty for all of the bucket'),
    ...YES_FLAG,
    ...STORAGE_FLAGS,
  },
  args: [BUCKET, { name: 'key', summary: 'names of objects', many: true }],
  examples: [
    'fgs buckets rm photos 2026/holiday.jpg 2026/party.jpg --yes',
    'fgs buckets rm photos --prefix 2025/ --yes',
  ],
  async run({ flags, args: { bucket, key: keys } }, context) {
    const { prefix } = flags;
    const { signal, stderr } = context;
    if ((prefix === undefined) === (keys.length === 0)) throw usageError('give either keys or --prefix');
    if (keys.includes('')) throw usageError('a key has at least one character');
    const client = await connectStorage(flags, context);
    if (!flags.yes) await confirmDeletion(whatOf(bucket, keys, prefix), context);
    let removed = 0;
    const pages = prefix === undefined ? [keys] : keysBelow(listObjects(client, { bucket, prefix, signal }));
    for await (const page of pages) {
      await removeObjects(client, bucket, page, signal);
      removed += page.length;
      if (prefix !== undefined && stderr.isTTY) await stderr.write(`removed ${removed}\n`);
    }
    const data = { bucket, removed };
    return { kind: 'message', text: `${bucket}: removed ${removed} ${removed === 1 ? 'object' : 'objects'}`, data };
  },
});

async function* keysBelow(pages: ReturnType<typeof listObjects>): AsyncGenerator<readonly string[]> {
  for await (const page of pages) if (page.length > 0) yield page.map(({ key }) => key);
}

function whatOf(bucket: string, keys: readonly string[], prefix: string | undefined): string {
  if (prefix === '') return `all objects of ${bucket}`;
  if (prefix !== undefined) return `all objects of ${bucket} whose keys begin with ${prefix}`;
  return keys.length === 1 ? `${bucket}/${keys[0]}` : `${keys.length} objects of ${bucket}`;
}

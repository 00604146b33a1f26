import { connectStorage, type Entry, listObjects, STORAGE_FLAGS } from '../../buckets/index.ts';
import { defineCommand, flag, type StreamItem } from '../../framework/index.ts';
import { BUCKET } from './arguments.ts';

/** As wide as the largest object. */
const SIZE_WIDTH = 13;

export const ls = defineCommand({
  name: 'buckets ls',
  summary: 'Objects of a bucket by key, a line for each: time, size, key',
  flags: {
    prefix: flag.text('TEXT', 'only keys that begin with this', { fallback: '' }),
    recursive: flag.boolean('also objects below folders: keys with a slash behind the prefix', { short: 'r' }),
    ...STORAGE_FLAGS,
  },
  args: [BUCKET],
  examples: ['fgs buckets ls photos', 'fgs buckets ls photos --prefix 2026/ --recursive'],
  async run({ flags, args: { bucket } }, context) {
    const client = await connectStorage(flags, context);
    const { prefix, recursive } = flags;
    const folders = recursive ? {} : { delimiter: '/' };
    return {
      kind: 'stream',
      items: lines(listObjects(client, { bucket, prefix, ...folders, signal: context.signal })),
    };
  },
});

async function* lines(pages: AsyncIterable<readonly Entry[]>): AsyncGenerator<StreamItem> {
  for await (const page of pages) for (const entry of page) yield { text: lineOf(entry), data: { ...entry } };
}

function lineOf({ key, size, last_modified: time = '-' }: Entry): string {
  return `${time.padEnd(24)}  ${String(size ?? '-').padStart(SIZE_WIDTH)}  ${key}`;
}

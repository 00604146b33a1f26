import { expect, it } from 'vitest';
import { packEntries } from './pack.ts';
import { unzip } from './unzip.ts';

const file = (path: string, text: string) => ({ kind: 'made' as const, path, content: Buffer.from(text) });

it('reads what was packed: compressed and plain files, and links', async () => {
  const long = 'text '.repeat(1000);
  const zip = await packEntries([
    file('a/long.txt', long),
    file('empty', ''),
    { kind: 'link', path: 'link', target: 'a/long.txt' },
  ]);
  expect(unzip(zip).map(({ path, content, isLink }) => [path, content.toString(), isLink])).toEqual([
    ['a/long.txt', long, false],
    ['empty', '', false],
    ['link', 'a/long.txt', true],
  ]);
});

it('refuses what is no archive, is cut off, or holds more than it says', async () => {
  const zip = await packEntries([file('a.txt', 'text '.repeat(1000))]);
  const lying = Buffer.from(zip);
  // the size of the file in the directory
  lying.writeUInt32LE(10, lying.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
  for (const bytes of [Buffer.alloc(0), Buffer.from('no archive'), zip.subarray(20), lying]) {
    expect(() => unzip(bytes)).toThrow('the archive of the code cannot be read');
  }
});

import { describe, expect, it } from 'vitest';
import { fakeTar, paxRecord } from '../testing.ts';
import { StreamSource } from './byte-source.ts';
import { readTar, type TarEntry } from './read-tar.ts';

const LIMITS = { entries: 100, extendedBytes: 1024 };

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Read extends Omit<TarEntry, 'content'> {
  readonly text: string;
}

async function readAll(bytes: Buffer, piece = 65_536, limits = LIMITS): Promise<Read[]> {
  const found: Read[] = [];
  for await (const { content, ...entry } of readTar(new StreamSource(inPieces(bytes, piece)), limits)) {
    const parts: Buffer[] = [];
    for await (const part of content()) parts.push(part);
    found.push({ ...entry, text: Buffer.concat(parts).toString() });
  }
  return found;
}

describe('reading tar files', () => {
  it.each([1, 7, 512, 1000, 1 << 20])('returns names, types and bytes, arriving %i bytes at a time', async (piece) => {
    const tar = fakeTar([
      { name: 'a/', type: '5' },
      { name: 'a/b', data: 'x'.repeat(1500), mode: 0o4755, uid: 5, gid: 6 },
      { name: 'l', type: '2', linkName: 'a/b' },
      { name: 'empty' },
    ]);
    expect(await readAll(tar, piece)).toMatchObject([
      { name: 'a/', type: '5' },
      { name: 'a/b', type: '0', text: 'x'.repeat(1500), mode: 0o4755, uid: 5, gid: 6 },
      { name: 'l', type: '2', linkName: 'a/b', text: '' },
      { name: 'empty', text: '' },
    ]);
  });

  it('reads long names and links of PAX and of GNU tar', async () => {
    const long = `${'folder/'.repeat(30)}file`;
    const gnu = Buffer.concat([
      fakeTar([{ name: '././@LongLink', type: 'L', data: `${long}\0` }]).subarray(0, 1024),
      fakeTar([{ name: 'cut', data: 'gnu' }]),
    ]);
    const pax = fakeTar([{ name: long, type: '2', linkName: long }]);
    expect(await readAll(gnu)).toMatchObject([{ name: long, text: 'gnu' }]);
    expect(await readAll(pax)).toMatchObject([{ name: long, linkName: long }]);
  });

  it('takes sizes and owners from extended headers', async () => {
    const records = Buffer.concat([paxRecord('uid', '70000'), paxRecord('size', '3'), paxRecord('mtime', '1.5')]);
    const tar = Buffer.concat([
      fakeTar([{ name: 'x', type: 'x', data: records }]).subarray(0, 1024),
      fakeTar([{ name: 'f', data: 'abc', size: 0 }]),
    ]);
    expect(await readAll(tar)).toMatchObject([{ name: 'f', uid: 70_000, text: 'abc' }]);
  });

  it('skips bytes that its reader leaves', async () => {
    const names: string[] = [];
    const tar = fakeTar([{ name: 'a', data: 'x'.repeat(5000) }, { name: 'b' }]);
    for await (const { name } of readTar(new StreamSource(inPieces(tar, 100)), LIMITS)) names.push(name);
    expect(names).toEqual(['a', 'b']);
  });

  const spoiled = fakeTar([{ name: 'a', data: 'abc' }]);
  spoiled[0] = 0x62;
  const lying = (record: Buffer): Buffer =>
    Buffer.concat([fakeTar([{ name: 'x', type: 'x', data: record }]).subarray(0, 1024), fakeTar([{ name: 'f' }])]);
  it.each<[string, Buffer, string]>([
    ['a wrong checksum', spoiled, 'malformed-tar'],
    ['a file that is no tar file', Buffer.from('x'.repeat(2048)), 'malformed-tar'],
    ['a file that ends in a header', fakeTar([{ name: 'a' }]).subarray(0, 300), 'truncated'],
    ['a file that ends in its bytes', fakeTar([{ name: 'a', data: 'x'.repeat(3000) }]).subarray(0, 2000), 'truncated'],
    ['a size beyond the end', fakeTar([{ name: 'a', data: 'abc', size: 8_000_000_000 }]), 'truncated'],
    ['a record that is longer than its header', lying(Buffer.from('99 path=x\n')), 'malformed-tar'],
    ['a record without a length', lying(Buffer.from('path=x\n')), 'malformed-tar'],
    ['a record of no length', lying(Buffer.from('0 path=x\n')), 'malformed-tar'],
    ['a negative size', lying(paxRecord('size', '-5')), 'malformed-tar'],
    ['a sparse file', lying(paxRecord('GNU.sparse.major', '1')), 'entry-type'],
    ['a name that is no UTF-8', lying(paxRecord('path', 'x').fill(0xff, 7, 8)), 'name-encoding'],
    ['extended headers that are too long', lying(paxRecord('comment', 'x'.repeat(2000))), 'malformed-tar'],
    ['too many entries', fakeTar(Array.from({ length: 400 }, () => ({ name: 'a' }))), 'too-many-entries'],
  ])('refuses %s', async (_what, bytes, reason) => {
    await expect(readAll(bytes)).rejects.toMatchObject({ reason });
  });
});

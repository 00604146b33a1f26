import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { NotEditable, readArchive, textFile, writeArchive } from './archive.ts';

const EXECUTABLE = (0o100755 << 16) >>> 0;

test('an archive that is read and written again has the same files, and programs stay executable', () => {
  const files = new Map([
    ['bootstrap', textFile('#!/bin/sh\n', EXECUTABLE)],
    ['lib/', { bytes: new Uint8Array(), attributes: undefined }],
    ['lib/数.js', textFile('1')],
  ]);
  const again = readArchive(writeArchive(files));
  expect([...again.keys()]).toEqual(['bootstrap', 'lib/', 'lib/数.js']);
  expect(again.get('bootstrap')).toMatchObject({ text: '#!/bin/sh\n', attributes: EXECUTABLE });
  expect(again.get('lib/数.js')?.text).toBe('1');
});

test('bytes that are no text, and links, cannot be edited', () => {
  const link = (0o120777 << 16) >>> 0;
  const files = readArchive(
    writeArchive(
      new Map([
        ['zero', { bytes: new Uint8Array([65, 0]) }],
        ['latin1', { bytes: new Uint8Array([0xe9]) }],
        ['link', textFile('target', link)],
      ]),
    ),
  );
  expect([...files.values()].map(({ text }) => text)).toEqual([undefined, undefined, undefined]);
});

test('an archive that unpacks to more than a browser can edit is refused', () => {
  const zip = zipSync({ a: new Uint8Array(21 * 1024 * 1024) });
  expect(zip.length).toBeLessThan(100_000);
  expect(() => readArchive(zip)).toThrow(NotEditable);
});

test('what is no zip is refused', () => {
  expect(() => readArchive(new Uint8Array([1, 2, 3]))).toThrow();
});

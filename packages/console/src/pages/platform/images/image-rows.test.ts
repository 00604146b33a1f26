import { expect, test } from 'vitest';
import { imageRows, withoutTag } from './image-rows.ts';

type Image = Parameters<typeof imageRows>[0][number];

test.each([
  ['app:v1', 'app'],
  ['localhost:5000/team/app', 'localhost:5000/team/app'],
  ['localhost:5000/team/app:v1', 'localhost:5000/team/app'],
  ['team/app@sha256:0a1b', 'team/app'],
  ['', ''],
])('the name of %s without its tag is %s', (name, repository) => {
  expect(withoutTag(name)).toBe(repository);
});

test('each name of an image is a row, with the holders of shares of all its tags', () => {
  const image = (id: string, names: string[]) => ({ id, names }) as Image;
  const rows = imageRows(
    [image('1', ['team/app:v1', 'other/app:v1']), image('2', [])],
    [
      { kind: 'image', name: 'team/app', account: 'guests' },
      { kind: 'image', name: 'team/app', project: 'p1' },
      { kind: 'network', name: 'other/app', account: 'guests' },
    ],
  );
  expect(rows.map(({ name, sharedWith }) => [name, sharedWith])).toEqual([
    ['team/app:v1', ['guests', 'p1']],
    ['other/app:v1', []],
    ['', []],
  ]);
});

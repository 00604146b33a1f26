import { describe, expect, it } from 'vitest';
import { parseReference } from './reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('the name of an image', () => {
  it.each([
    ['nginx', 'docker.io', 'library/nginx', 'latest', 'nginx:latest'],
    ['docker.io/library/nginx:1', 'docker.io', 'library/nginx', '1', 'nginx:1'],
    ['team/app:v1', 'docker.io', 'team/app', 'v1', 'team/app:v1'],
    ['localhost/app', 'localhost', 'app', 'latest', 'localhost/app:latest'],
    ['LOCAL.example:5000/a/b/c:x.y', 'local.example:5000', 'a/b/c', 'x.y', 'local.example:5000/a/b/c:x.y'],
    [`swr.example.com/a/b@${DIGEST}`, 'swr.example.com', 'a/b', 'latest', `swr.example.com/a/b@${DIGEST}`],
    [`a:1@${DIGEST}`, 'docker.io', 'library/a', '1', `a:1@${DIGEST}`],
  ])('%s is taken apart', (text, registry, repository, tag, name) => {
    expect(parseReference(text)).toMatchObject({ registry, repository, tag, name });
  });

  it.each([
    '',
    ':',
    'A',
    'a//b',
    'a:',
    'a: b',
    'a@sha256:1',
    `a@${DIGEST}@${DIGEST}`,
    '../a',
    'a/../b',
    'h.x/',
    'a\nb',
    `${'a'.repeat(600)}`,
    'http://h/a',
    'user@h/a',
  ])('%j is none', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ reason: 'bad-reference' }));
  });
});

import { describe, expect, it } from 'vitest';
import { addressOf } from './address.ts';
import { readHead } from './head.ts';

const of = (host: string, url: string): [string | undefined, string | undefined] => {
  const head = readHead({ method: 'GET', url, rawHeaders: ['Host', host] });
  const { bucket, key } = addressOf(head, 'storage.example.com');
  return [bucket, key];
};

describe('the address of a request', () => {
  it.each<[string, string, string | undefined, string | undefined]>([
    ['127.0.0.1:8082', '/', undefined, undefined],
    ['127.0.0.1:8082', '/bucket', 'bucket', undefined],
    ['127.0.0.1:8082', '/bucket/', 'bucket', undefined],
    ['127.0.0.1:8082', '/bucket/a/b', 'bucket', 'a/b'],
    ['127.0.0.1:8082', '/bucket//a', 'bucket', '/a'],
    ['127.0.0.1:8082', '/bucket/../other/a', 'bucket', '../other/a'],
    ['127.0.0.1:8082', '/bucket/%2e%2e%2f', 'bucket', '../'],
    ['127.0.0.1:8082', '/bucket%2Fa', 'bucket', 'a'],
    ['127.0.0.1:8082', '//a', '', 'a'],
    ['[::1]:8082', '/bucket', 'bucket', undefined],
    ['localhost:8082', '/bucket/a', 'bucket', 'a'],
    ['bucket.localhost:8082', '/', 'bucket', undefined],
    ['bucket.localhost', '/a//b', 'bucket', 'a//b'],
    ['BUCKET.LocalHost', '/a', 'BUCKET', 'a'],
    ['my.bucket.storage.example.com', '/a', 'my.bucket', 'a'],
    ['storage.example.com', '/bucket/a', 'bucket', 'a'],
    ['other.example.com', '/bucket/a', 'bucket', 'a'],
    ['notstorage.example.com', '/bucket', 'bucket', undefined],
  ])('%s %s', (host, url, bucket, key) => {
    expect(of(host, url)).toEqual([bucket, key]);
  });
});

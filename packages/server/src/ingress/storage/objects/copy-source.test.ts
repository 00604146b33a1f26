import { describe, expect, it } from 'vitest';
import { StorageError } from '../errors.ts';
import { copySourceOf, sourceConditions } from './copy-source.ts';

const of = (text: string): unknown => {
  try {
    return copySourceOf(new Map([['x-amz-copy-source', text]]));
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
};

describe('the source of a copy', () => {
  it.each([
    ['/b/k', { bucket: 'b', key: 'k' }],
    ['b/k/l', { bucket: 'b', key: 'k/l' }],
    ['/b/..%2F..%2Fetc', { bucket: 'b', key: '../../etc' }],
    ['/b//k', { bucket: 'b', key: '/k' }],
    ['/b/%E4%BD%A0%3F', { bucket: 'b', key: '你?' }],
    ['/b/\u00e4\u00bd\u00a0', { bucket: 'b', key: '你' }],
    ['/b/k?versionId=null', { bucket: 'b', key: 'k' }],
    ['/b/k?versionId=1', 'NotImplemented'],
    ['/b', 'InvalidArgument'],
    ['/b/', 'InvalidArgument'],
    ['', 'InvalidArgument'],
    ['/b/%FF', 'InvalidArgument'],
    ['/b/%4', 'InvalidArgument'],
  ])('%s', (text, expected) => {
    expect(of(text)).toEqual(expected);
  });

  it('has conditions of its own', () => {
    expect(sourceConditions(new Map([['x-obs-copy-source-if-match', '"a"']]))).toEqual({ ifMatch: ['a'] });
    expect(sourceConditions(new Map([['if-match', '"a"']]))).toEqual({});
  });
});

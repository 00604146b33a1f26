import { describe, expect, it } from 'vitest';
import { rangeOf, readConditions, writeConditions } from './conditions.ts';

const headers = (entries: Record<string, string>): Map<string, string> => new Map(Object.entries(entries));

describe('ranges', () => {
  it.each<[string | undefined, ReturnType<typeof rangeOf>]>([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=5-', { first: 5 }],
    ['bytes=-5', { suffix: 5 }],
    ['bytes=-0', { suffix: 0 }],
    ['bytes=5-4', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
    ['items=0-1', undefined],
    ['bytes=a-b', undefined],
    ['bytes=0-99999999999999999999', undefined],
    [undefined, undefined],
  ])('%s', (text, expected) => {
    expect(rangeOf(text)).toEqual(expected);
  });
});

describe('conditions', () => {
  it('are read with and without quotes', () => {
    expect(readConditions(headers({ 'if-match': '"a", b, %22d%22', 'if-none-match': 'W/"c",*' }))).toEqual({
      ifMatch: ['a', 'b', 'd'],
      ifNoneMatch: ['c', '*'],
    });
  });

  it('have dates, and ignore those that are none', () => {
    const date = 'Fri, 24 May 2013 00:00:00 GMT';
    expect(readConditions(headers({ 'if-modified-since': date, 'if-unmodified-since': 'soon' }))).toEqual({
      ifModifiedSince: Date.UTC(2013, 4, 24),
    });
    expect(readConditions(headers({ 'x-amz-copy-source-if-match': 'a' }), 'x-amz-copy-source-')).toEqual({
      ifMatch: ['a'],
    });
  });

  it('of a write have no dates, and a weak etag keeps its mark', () => {
    const sent = { 'if-match': 'W/"a"', 'if-modified-since': 'Fri, 24 May 2013 00:00:00 GMT' };
    expect(writeConditions(headers(sent))).toEqual({ ifMatch: ['W/a'] });
  });
});

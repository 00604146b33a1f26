import { describe, expect, it } from 'vitest';
import { parseRules } from './rules.ts';

const rules = {
  code: [{ path: '/a', only: ['b'], evenClosed: true }, { path: '/usr' }],
  images: [],
  links: '/l',
  mounts: ['/srv'],
  exports: [{ host: 'storage', path: '/export' }],
  interfaces: ['eth1'],
  mountUsers: [{ from: 1000, to: 59_999 }],
  withoutIsolation: false,
  serverUser: 7,
};

describe('the rules of an agent', () => {
  it('are read from one text', () => {
    expect(parseRules(JSON.stringify(rules))).toEqual(rules);
  });

  it.each([
    [{ code: 'all' }],
    [{ code: [{ path: 'relative' }] }],
    [{ code: [{ path: '/a', evenClosed: 'yes' }] }],
    [{ links: undefined }],
    [{ mounts: [1] }],
    [{ exports: undefined }],
    [{ interfaces: undefined }],
    [{ mountUsers: undefined }],
    [{ mountUsers: [{ from: 0, to: 9 }] }],
    [{ mountUsers: [{ from: 1000, to: 300_000 }] }],
    [{ mountUsers: [{ from: 9, to: 8 }] }],
    [{ interfaces: [''] }],
    [{ code: [{ path: '/a', only: [null] }] }],
    [{ exports: ['storage:/export'] }],
    [{ exports: [{ host: 'storage', path: 'export' }] }],
    [{ serverUser: '0' }],
    [{ images: [null] }],
    [{ withoutIsolation: 1 }],
  ])('are refused with %j', (change) => {
    expect(() => parseRules(JSON.stringify({ ...rules, ...change }))).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    );
  });
});

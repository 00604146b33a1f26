import { expect, it } from 'vitest';
import { sourceOf } from './dependencies.ts';

it('is an archive in Base64, or an address', () => {
  expect(sourceOf({ depend_type: 'zip', depend_file: 'AAE=' })).toEqual({ bytes: Buffer.from([0, 1]) });
  expect(sourceOf({ depend_type: 'obs', depend_link: 'http://h/x' })).toEqual({ link: 'http://h/x' });
});

it.each([
  ['invalid_dependency_type', 'another type', { depend_type: 'jar' }],
  ['invalid_dependency_type', 'no type', {}],
  ['invalid_dependency', 'invalid Base64', { depend_type: 'zip', depend_file: '***' }],
])('is refused with %s: %s', (code, _what, body) => {
  expect(() => sourceOf(body)).toThrow(expect.objectContaining({ code }));
});

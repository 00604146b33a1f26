import { ROUTES } from '@funcgraph/api';
import { expect, it } from 'vitest';
import { bodyParser } from './body-parser.ts';

const parse = bodyParser(ROUTES.showResInstanceInfo.body);

it('reads numbers and switches from text, and null and empty text as left out', () => {
  const body = { limit: '10', offset: '', without_any_tag: 'true', action: null, tags: [{ key: null }], other: null };
  expect(parse(body)).toEqual({
    limit: 10,
    offset: undefined,
    without_any_tag: true,
    action: undefined,
    tags: [{ key: undefined }],
    other: null,
  });
});

it('names the field that does not fit', () => {
  expect(() => parse({ tags: [{ key: 1 }] })).toThrow('tags.0.key');
  expect(() => parse({ action: 'x'.repeat(16_385) })).toThrow('action must not have more than 16384 characters');
});

import { expect, test } from 'vitest';
import { urnsOf } from './shown-function.ts';

const PLACE = { region: 'local', projectId: 'p1' };

test('a version and an alias stand at the end of the URN, and not in that of the function', () => {
  const order = { name: 'order', app: 'default' };
  expect(urnsOf(PLACE, { ...order, version: 'v1' }).urn).toBe('urn:fss:local:p1:function:default:order:v1');
  expect(urnsOf(PLACE, { ...order, version: '!live' })).toEqual({
    baseUrn: 'urn:fss:local:p1:function:default:order',
    urn: 'urn:fss:local:p1:function:default:order:!live',
  });
});

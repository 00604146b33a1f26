import { expect, test } from 'vitest';
import { searchAround } from './around.ts';

test('the lines around one are those of its function ten seconds before and after it', () => {
  expect(searchAround({ time: '2027-01-02T12:00:00.250Z', of: 'urn:fss:r:p:function:default:f' })).toEqual({
    of: 'urn:fss:r:p:function:default:f',
    range: 'custom',
    from: '2027-01-02T11:59:50.250Z',
    to: '2027-01-02T12:00:10.250Z',
    line: '2027-01-02T12:00:00.250Z',
  });
});

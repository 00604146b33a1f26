import { expect, it } from 'vitest';
import { installReason } from './install-reason.ts';

it.each([
  [
    'npm error code ETARGET\nnpm error notarget No matching version found for q@9.\nnpm error notarget In most cases you\nnpm error A complete log of this run can be found in: x',
    'No matching version found for q@9.',
  ],
  [
    'npm error code E404\nnpm error 404 Not Found - GET http://index/x\nnpm error 404',
    'Not Found - GET http://index/x',
  ],
  [
    'WARNING: Retrying\nERROR: Could not find a version\nERROR: No matching distribution found for redis==2.10.5',
    'Could not find a version',
  ],
  ['\n  something else\n', 'something else'],
  ['', 'it printed no reason'],
])('finds the reason in %j', (output, reason) => {
  expect(installReason(output)).toBe(reason);
});

it('cuts long text', () => {
  expect(installReason(`ERROR: ${'x'.repeat(5000)}`)).toHaveLength(400);
});

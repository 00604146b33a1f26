import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { waitForAnswer } from './answering.ts';

it('is content with a place that can be looked at', async () => {
  await waitForAnswer(tmpdir(), 'server:/export');
});

it('names the file server that cannot be reached', async () => {
  await expect(waitForAnswer(`${tmpdir()}/no-such-export`, 'server:/export')).rejects.toMatchObject({
    code: 'MOUNT_FAILED',
    message: expect.stringContaining('server:/export does not answer'),
  });
});

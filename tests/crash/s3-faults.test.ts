import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { FaultyHttp } from '../../packages/server/test/storage/faulty-http.ts';
import { CodeInS3 } from '../code-in-s3.ts';
import { asyncInvocations, call, deploy, enqueue, PATIENCE, runtimeOf, zipped } from '../functions.ts';
import { TwoServers } from '../two-servers.ts';

describe.skipIf(findPostgres() === undefined)('two servers with their code in a faulty S3', () => {
  let shared: CodeInS3;
  let faulty: [FaultyHttp, FaultyHttp];
  let two: TwoServers;
  let runtime: string;
  beforeAll(async () => {
    shared = await CodeInS3.start();
    faulty = [await FaultyHttp.before(shared.endpoint), await FaultyHttp.before(shared.endpoint)];
    two = await TwoServers.start([shared.place(faulty[0].endpoint), shared.place(faulty[1].endpoint)]);
    runtime = await runtimeOf(two.first, 'Node.js');
  });
  afterAll(async () => {
    await two?.[Symbol.asyncDispose]();
    for (const one of faulty ?? []) await one.close();
    await shared?.[Symbol.asyncDispose]();
  });
  const files = (value: string) => ({
    'index.js': `exports.handler = async (event, context) => '${value}'; // ${'0'.repeat(400)}`,
  });

  const isDownload = (method: string, path: string) => method === 'GET' && path.includes('/blobs/');
  /** What a caller sees, once the second server knows the function. */
  const answer = async (urn: string): Promise<{ status: number; text: string }> => {
    const seen = { status: 404, text: '' };
    await expect.poll(async () => Object.assign(seen, await call(two.second, urn)).status, PATIENCE).not.toBe(404);
    return { status: seen.status, text: seen.text };
  };

  it.each([
    ['is busy', 'slow-down', 'the store that servers share for code cannot be reached'],
    ['cuts downloads off', 'cut-off', 'the store that servers share for code cannot be reached'],
    ['sends other bytes', 'wrong-bytes', 'the code of this version is missing or damaged'],
    ['sends half of the bytes', 'half', 'the code of this version is missing or damaged'],
    ['is hidden by a sign-in page', 'page', 'the code of this version is missing or damaged'],
  ] as const)('say so to callers while S3 %s, and run the code afterwards', async (_, fault, reason) => {
    faulty[1].fault = (method, path) => (isDownload(method, path) ? fault : undefined);
    const urn = await deploy(two.first, { name: fault, runtime, files: files(fault) });
    const { status, text } = await answer(urn);
    expect([status, JSON.parse(text)]).toEqual([
      503,
      {
        error_code: 'FSS.0503',
        error_msg: reason,
        hint: expect.stringContaining('Try again later'),
        request_id: expect.any(String),
      },
    ]);
    faulty[1].fault = () => undefined;
    await expect.poll(() => call(two.second, urn), PATIENCE).toMatchObject({ status: 200, text: fault });
  });

  it('show the changes of others while a download hangs', async () => {
    const code = files('hanging');
    const sha256 = createHash('sha256')
      .update(Buffer.from(zipped(code), 'base64'))
      .digest('hex');
    faulty[1].fault = (method, path) => (isDownload(method, path) && path.includes(sha256) ? 'held' : undefined);
    const hanging = await deploy(two.first, { name: 'hanging', runtime, files: code });
    await expect.poll(() => faulty[1].held, PATIENCE).toBe(1);
    const other = await deploy(two.first, { name: 'other', runtime, files: files('other') });
    expect(await answer(other)).toEqual({ status: 200, text: 'other' });
    expect(faulty[1].held).toBe(1);
    faulty[1].fault = () => undefined;
    faulty[1].release();
    await expect.poll(() => call(two.second, hanging), PATIENCE).toMatchObject({ status: 200, text: 'hanging' });
  });

  it('keep an event that was accepted until its code can be fetched', async () => {
    let downloads = 0;
    faulty[1].fault = (method, path) => {
      if (!isDownload(method, path)) return undefined;
      downloads += 1;
      return 'slow-down';
    };
    const urn = await deploy(two.first, { name: 'waiting', runtime, files: files('waiting') });
    expect((await answer(urn)).status).toBe(503);
    // it has the code, and would run the event
    await two.first.kill('SIGTERM');
    const before = downloads;
    const id = await enqueue(two.second, urn, {});
    const status = async () =>
      (await asyncInvocations(two.second, urn)).find(({ request_id }) => request_id === id)?.status;
    await expect.poll(() => downloads, PATIENCE).toBeGreaterThan(before);
    expect(['WAIT', 'RUNNING']).toContain(await status());
    faulty[1].fault = () => undefined;
    await expect.poll(status, PATIENCE).toBe('SUCCESS');
  });
});

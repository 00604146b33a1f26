import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { Line } from '../../packages/server/test/storage/line.ts';
import { CodeInS3 } from '../code-in-s3.ts';
import { call, deploy, PATIENCE, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';

describe.skipIf(findPostgres() === undefined)('two servers with their code in S3', () => {
  let shared: CodeInS3;
  let lines: [Line, Line];
  let two: TwoServers;
  let runtime: string;
  beforeAll(async () => {
    shared = await CodeInS3.start();
    lines = [await Line.to(shared.endpoint), await Line.to(shared.endpoint)];
    two = await TwoServers.start([shared.place(lines[0].endpoint), shared.place(lines[1].endpoint)]);
    runtime = await runtimeOf(two.first, 'Node.js');
  });
  afterAll(async () => {
    await two?.[Symbol.asyncDispose]();
    for (const line of lines ?? []) await line.close();
    await shared?.[Symbol.asyncDispose]();
  });

  const files = (value: string, more = {}) => ({
    'index.js': `exports.handler = async (event, context) => '${value}';`,
    ...more,
  });
  const answer = async (server: TestServer, urn: string): Promise<[number, string]> => {
    const { status, text } = await call(server, urn);
    return [status, text];
  };

  it('run what the other one stored, and find it again after the service could not be reached', async () => {
    const before = await deploy(two.first, { name: 'before', runtime, files: files('stored before') });
    await expect.poll(() => answer(two.second, before), PATIENCE).toEqual([200, expect.stringContaining('before')]);
    lines[1].cut();
    const during = await deploy(two.first, { name: 'during', runtime, files: files('stored meanwhile') });
    await expect
      .poll(() => answer(two.second, during), PATIENCE)
      .toEqual([503, expect.stringContaining('the store that servers share for code cannot be reached')]);
    expect(await answer(two.second, before)).toEqual([200, expect.stringContaining('before')]);
    expect(two.second.log).not.toContain('is lost');
    lines[1].mend();
    await expect.poll(() => answer(two.second, during), PATIENCE).toEqual([200, expect.stringContaining('meanwhile')]);
  });

  it('show no part of an upload whose server was killed, and store it when it is sent again', async () => {
    const code = files('stored twice', { 'data.bin': randomBytes(30 * 2 ** 20) });
    const deployment = { name: 'large', runtime, files: code };
    lines[0].stopAfter(20 * 2 ** 20);
    const cut = deploy(two.first, deployment).catch(() => 'cut');
    await expect.poll(() => lines[0].isStopped, PATIENCE).toBe(true);
    await two.first.kill('SIGKILL');
    expect(await cut).toBe('cut');
    const urn = await deploy(two.second, deployment);
    const { Contents = [] } = await shared.s3.listObjectsV2({ Bucket: 'code', Prefix: 'fgs/blobs/' });
    expect(Contents).toHaveLength(3);
    for (const { Key = '' } of Contents) {
      const { Body } = await shared.s3.getObject({ Bucket: 'code', Key });
      const digest = createHash('sha256').update(await buffer(Body as Readable));
      expect(`fgs/blobs/${digest.digest('hex')}`).toBe(Key);
    }
    lines[0].mend();
    await two.first.restart();
    await expect.poll(() => answer(two.first, urn), PATIENCE).toEqual([200, expect.stringContaining('twice')]);
  });

  it('show what a server logged that has stopped, from its copies there', async () => {
    const code = "exports.handler = async (event, context) => { console.log('said it'); return 'done'; };";
    const urn = await deploy(two.first, { name: 'logging', runtime, files: { 'index.js': code } });
    await expect.poll(() => answer(two.second, urn), PATIENCE).toEqual([200, expect.stringContaining('done')]);
    await two.second.kill('SIGTERM');
    const said = async () => {
      const { data } = await two.first.api.call('queryLogs', {
        params: target(two.first, urn),
        query: { keyword: 'said' },
      });
      return { lines: data.lines.length, missing: data.unreachable_servers };
    };
    await expect.poll(said, PATIENCE).toEqual({ lines: 1, missing: undefined });
    const { Contents = [] } = await shared.s3.listObjectsV2({ Bucket: 'code', Prefix: 'fgs/telemetry/pieces/' });
    expect(Contents.length).toBeGreaterThan(0);
    await two.second.restart();
    await expect.poll(said, PATIENCE).toEqual({ lines: 1, missing: undefined });
  });

  it('do not start with wrong keys', async () => {
    const keys = join(shared.folder, 'wrong');
    writeFileSync(keys, 'NOBODY:wrong-secret');
    const args = ['--artifacts', 's3://code/fgs', '--s3-endpoint', lines[1].endpoint, '--s3-keys-file', keys];
    const start = TestServer.start({ database: await two.cluster.create(), args: ['--sandbox', 'process', ...args] });
    const failure = await start.then(
      async (server) => server.stop(),
      (error: unknown) => String(error),
    );
    expect(failure).toContain('the service refuses the keys');
    expect(failure).not.toContain('wrong-secret');
    const database = join(shared.folder, 'database');
    writeFileSync(database, two.database.reveal());
    const doctor = await two.second.fgs(['doctor', '--database-url-file', database, ...args]);
    expect(doctor.stdout.toString()).toMatch(/artifacts .*the service refuses the keys/);
  });
});

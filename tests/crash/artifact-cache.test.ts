import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { call, deploy, PATIENCE, runtimeOf } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';

const MB = 2 ** 20;
const CODE_BYTES = 20 * MB;
const LIMIT_MB = 90;
/** Each has its bytes and a folder of the same size. */
const NAMES = ['one', 'two', 'three', 'four'];

describe.skipIf(findPostgres() === undefined)('copies of shared code above their limit', () => {
  let two: TwoServers;
  let a: TestServer;
  let b: TestServer;
  beforeAll(async () => {
    const common = (folder: string): readonly string[] => [
      ...['--artifacts', join(folder, 'artifacts'), '--artifact-cache', `${LIMIT_MB}MB`],
    ];
    two = await TwoServers.start(common);
    [a, b] = [two.first, two.second];
  });
  afterAll(() => two?.[Symbol.asyncDispose]());

  function bytesBelow(dir: string): number {
    if (!existsSync(dir)) return 0;
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
    return files.reduce((sum, name) => {
      const file = lstatSync(join(dir, name), { throwIfNoEntry: false });
      return sum + (file?.isFile() === true ? file.size : 0);
    }, 0);
  }
  const copies = (): number => Math.ceil(bytesBelow(join(b.dataDir, 'artifacts')) / MB);

  it('are removed, but not those that an instance uses, and fetched again for the next call, also after a kill', {
    timeout: 900_000,
  }, async () => {
    const runtime = await runtimeOf(a, 'Node.js');
    const code = `const { statSync } = require('node:fs');
      exports.handler = async (event, context) => 'size ' + statSync(__dirname + '/data.bin').size;`;
    const urns: string[] = [];
    for (const name of NAMES) {
      const files = { 'index.js': code, 'data.bin': randomBytes(CODE_BYTES) };
      urns.push(await deploy(a, { name, runtime, files }));
    }
    const [busy = ''] = urns;
    const answer = async (urn: string): Promise<[number, string]> => {
      const { status, text } = await call(b, urn);
      return [status, text];
    };
    const right = [200, expect.stringContaining(`size ${CODE_BYTES}`)];
    await expect.poll(copies, PATIENCE).toBeGreaterThan(LIMIT_MB);
    const whileBusy = async (): Promise<number> => {
      expect(await answer(busy)).toEqual(right);
      return copies();
    };
    await expect.poll(whileBusy, { timeout: 300_000, interval: 500 }).toBeLessThanOrEqual(LIMIT_MB);
    for (const urn of urns) await expect.poll(() => answer(urn), PATIENCE).toEqual(right);
    await b.kill('SIGKILL');
    await b.restart();
    for (const urn of urns) await expect.poll(() => answer(urn), PATIENCE).toEqual(right);
    await expect.poll(copies, { timeout: 300_000, interval: 500 }).toBeLessThanOrEqual(LIMIT_MB);
  });
});

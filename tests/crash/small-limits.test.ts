import { join } from 'node:path';
import type { Receipt } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { call, deploy, PATIENCE, request, runtimeOf, target } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';
import { mostAtOnce, noted, noting } from './account-folder.ts';

const LONG = { timeout: 400_000 };
/** At each server. */
const CLIENTS = 3;
/** Longer than a server remembers that work asked for more of a limit. */
const TRAFFIC_MS = 12_000;
const LEAST_CALLS = 30;
/** A call that waits in vain fails the test, however busy the machine is. */
const PATIENT = ['--sandbox', 'process', '--max-wait', '90s'];

interface Answer {
  readonly server: TestServer;
  readonly status: number;
  readonly text: string;
  readonly receipt: Receipt | undefined;
}

describe.skipIf(findPostgres() === undefined)('three servers, and a function that may have few instances', () => {
  let two: TwoServers;
  let all: readonly TestServer[];
  let runtime: string;
  beforeAll(async () => {
    two = await TwoServers.start(undefined, PATIENT);
    all = [two.first, two.second, await two.another()];
    runtime = await runtimeOf(two.first, 'Node.js');
  });
  afterAll(() => two?.[Symbol.asyncDispose]());

  const file = (name: string): string => join(two.folder, name);
  /** Each instance notes its name, and when each of its calls begins and ends. All servers know the function. */
  const make = async (name: string, most: number, then = ''): Promise<string> => {
    const note = (what: string): string => noting(file(name), `'${what}', Date.now(), instance`);
    const body = `${note('begin')} await new Promise((end) => setTimeout(end, 20)); ${note('end')} ${then}`;
    const code = `const instance = Math.random(); exports.handler = async (event, context) => { ${body} return 'done'; };`;
    const [first] = all as [TestServer];
    const urn = await deploy(first, { name, runtime, timeout: 60, files: { 'index.js': code } });
    await first.api.call('updateFunctionMaxInstanceConfig', {
      params: target(first, urn),
      body: { max_instance_num: most },
    });
    const path = `/v2/${first.credentials.project_id}/fgs/functions/${urn}/config`;
    for (const server of all) {
      const config = async () => (await request(server, { method: 'GET', path })).json.strategy_config;
      await expect.poll(config, PATIENCE).toMatchObject({ concurrency: most });
    }
    return urn;
  };
  const instancesOf = (name: string): number => new Set(noted(file(name)).map(([, , instance]) => instance)).size;
  const answerOf = async (server: TestServer, urn: string): Promise<Answer> => {
    const { status, text, headers } = await call(server, urn);
    const summary = headers.get('x-cff-invoke-summary');
    const receipt = summary === null ? undefined : (JSON.parse(summary) as { receipt: Receipt }).receipt;
    return { server, status, text, receipt };
  };
  /** Calls at all servers, one after another by each of some clients, all of which begin at once. */
  const traffic = async (urn: string, isOver: (calls: number) => boolean): Promise<Answer[]> => {
    const answers: Answer[] = [];
    const client = async (server: TestServer): Promise<void> => {
      for (let calls = 0; !isOver(calls); calls += 1) answers.push(await answerOf(server, urn));
    };
    await Promise.all(all.flatMap((server) => Array.from({ length: CLIENTS }, () => client(server))));
    return answers;
  };

  it.each([1, 2])('of %d answer all calls, which wait where the instances are', LONG, async (most) => {
    const name = `of-${most}`;
    const urn = await make(name, most);
    const begin = Date.now();
    const answers = await traffic(urn, (calls) => calls >= LEAST_CALLS && Date.now() - begin > TRAFFIC_MS);
    expect(answers.filter(({ status, text }) => status !== 200 || !text.includes('done'))).toEqual([]);
    expect(noted(file(name)).filter(([what]) => what === 'begin')).toHaveLength(answers.length);
    expect(mostAtOnce(file(name))).toBeLessThanOrEqual(most);
    const homes = answers.filter(({ receipt }) => receipt?.nodes === undefined).map(({ server }) => server);
    const figures = { calls: answers.length, instances: instancesOf(name), homes: new Set(homes).size };
    console.info(`${most} for three servers: ${JSON.stringify(figures)}`);
    // the instances stay where they are: a server that is late to report costs one more
    expect(figures.instances).toBeLessThanOrEqual(most + 1);
    expect(answers.filter(({ receipt }) => receipt?.cold === true).length).toBe(figures.instances);
    expect(homes.length).toBeLessThan(answers.length);
  });

  it('of 1, each of which ends with its call, answer all calls', LONG, async () => {
    const urn = await make('ending', 1, 'setTimeout(() => process.exit(1), 0); await new Promise(() => {});');
    const answers = await traffic(urn, (calls) => calls >= 4);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(mostAtOnce(file('ending'))).toBe(1);
    expect(instancesOf('ending')).toBe(answers.length);
  });

  it('of 1, whose server was killed, goes to one of the others that wait for it', LONG, async () => {
    const urn = await make('orphaned', 1);
    const [first, ...others] = all as [TestServer, TestServer, TestServer];
    expect((await answerOf(first, urn)).status).toBe(200);
    let isOver = false;
    const answers: Answer[] = [];
    const client = async (server: TestServer): Promise<void> => {
      while (!isOver) answers.push(await answerOf(server, urn));
    };
    const clients = Promise.all(others.flatMap((server) => Array.from({ length: CLIENTS }, () => client(server))));
    const callsAt = (server: TestServer): number =>
      answers.filter((answer) => answer.server === server && answer.status === 200).length;
    try {
      await expect.poll(() => others.map(callsAt).every((calls) => calls > 0), PATIENCE).toBe(true);
      await first.kill('SIGKILL');
      // it gives up the parts of the process before it
      await first.restart();
      const before = others.map(callsAt);
      const served = () => others.every((server, index) => callsAt(server) > (before[index] ?? 0) + CLIENTS);
      await expect.poll(served, PATIENCE).toBe(true);
    } finally {
      isOver = true;
      await clients;
    }
    // calls that ran on the killed server may have done a part of their work
    expect(answers.filter(({ status }) => status !== 200 && status !== 500)).toEqual([]);
    expect(answers.filter(({ status }) => status === 500).length).toBeLessThanOrEqual(others.length * CLIENTS);
  });
});

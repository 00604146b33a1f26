import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, type Invocation, invoke, logLines, PATIENCE, runtimeOf, target } from '../functions.ts';
import { TestAccount } from '../test-account.ts';

/** Logs the number of each event, and ends its process for some of them. */
const NODE = `
exports.handler = async (event, context) => {
  console.log('ran ' + event.n);
  if (event.kill) process.kill(process.pid, 'SIGKILL');
  return event.n;
};`;

const PYTHON = `
import os, signal

def handler(event, context):
    print('ran %s' % event['n'])
    if event.get('kill'):
        os.kill(os.getpid(), signal.SIGKILL)
    return event['n']
`;

/** Enough for a version to count as short and clean. */
const WARM = 150;
const BURST = 60;

/** Warm calls of a function, ten at a time. */
async function warm(urn: string): Promise<Invocation[]> {
  const answers: Invocation[] = [];
  for (let n = 0; n < WARM; n += 10)
    answers.push(
      ...(await Promise.all(Array.from({ length: 10 }, (_, at) => invoke(server, urn, { n: `warm-${n + at}` })))),
    );
  return answers;
}

let server: TestAccount;

beforeAll(async () => {
  server = await TestAccount.open();
});
afterAll(() => server?.stop());

describe.each([
  ['Node.js', 'index.js', NODE],
  ['Python', 'index.py', PYTHON],
] as const)('requests of %s that wait in instances', (family, file, source) => {
  it('run exactly once when instances are killed, and only those that ran there fail', async () => {
    const runtime = await runtimeOf(server, family);
    const urn = await deploy(server, { name: `lanes-${file.split('.')[1]}`, runtime, files: { [file]: source } });
    await warm(urn);
    const calls: Promise<[string, Invocation]>[] = [];
    for (let i = 0; i < BURST; i += 1) {
      const kill = i % 20 === 7;
      const n = `${kill ? 'kill' : 'plain'}-${i}`;
      calls.push(invoke(server, urn, { n, ...(kill ? { kill } : {}) }).then((answer) => [n, answer]));
    }
    const answers = await Promise.all(calls);
    for (const [n, { receipt }] of answers)
      expect([n, receipt.outcome]).toEqual([n, n.startsWith('kill') ? 'crashed' : 'ok']);
    const ran = async (): Promise<string[]> =>
      (await logLines(server, urn)).map(({ message }) => message).filter((text) => /^ran (?:kill|plain)-/.test(text));
    await expect.poll(async () => (await ran()).length, PATIENCE).toBe(BURST);
    expect(new Set(await ran()).size).toBe(BURST);
  });
});

it('no request waits in an instance for another when the version has no lanes', async () => {
  const [runtime, files] = [await runtimeOf(server, 'Node.js'), { 'index.js': NODE }];
  const urn = await deploy(server, { name: 'lanes-off', runtime, files, lanes: false });
  const { data } = await server.api.call('showFunctionConfig', { params: target(server, urn) });
  expect(data.enable_lanes).toBe(false);
  const receipts = [...(await warm(urn)), ...(await warm(urn))].map(({ receipt }) => receipt);
  expect(receipts.filter(({ outcome, cpu_shared }) => outcome !== 'ok' || cpu_shared)).toEqual([]);
});

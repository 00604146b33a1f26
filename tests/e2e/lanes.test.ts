import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, type Invocation, invoke, logLines, PATIENCE, runtimeOf, target } from '../functions.ts';
import { compileJar, whyNoJava } from '../java-code.ts';
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

/** `System.exit`, because lines that a JVM has not written yet end with a killed one. */
const JAVA = `
package demo;

public class Lanes {
  public static class Event { String n; boolean kill; }

  public String run(Event event) {
    System.out.println("ran " + event.n);
    if (event.kill) System.exit(3);
    return event.n;
  }
}`;

/** Enough for a version to count as short and clean. */
const WARM = 150;
/** A JVM takes long to start on a busy machine, and while a version is not short each request at once needs one. */
const LOADS = {
  'Node.js': { together: 10, burst: 60 },
  Python: { together: 10, burst: 60 },
  Java: { together: 3, burst: 20 },
} as const;

/** Warm calls of a function, so many at a time. */
async function warm(urn: string, together = 10): Promise<Invocation[]> {
  const answers: Invocation[] = [];
  for (let n = 0; n < WARM; n += together)
    answers.push(
      ...(await Promise.all(Array.from({ length: together }, (_, at) => invoke(server, urn, { n: `warm-${n + at}` })))),
    );
  return answers;
}

let server: TestAccount;

beforeAll(async () => {
  server = await TestAccount.open();
});
afterAll(() => server?.stop());

async function deployed(family: keyof typeof LOADS): Promise<string> {
  const name = `lanes-${family.replace('.', '')}`;
  if (family === 'Java') {
    const files = { 'code.jar': compileJar({ 'demo/Lanes.java': JAVA }) };
    return deploy(server, { name, runtime: 'Java17', handler: 'demo.Lanes.run', memory: 256, files });
  }
  const files = family === 'Python' ? { 'index.py': PYTHON } : { 'index.js': NODE };
  return deploy(server, { name, runtime: await runtimeOf(server, family), files });
}

const families = ['Node.js', 'Python', ...(whyNoJava() === undefined ? (['Java'] as const) : [])] as const;

describe.each(families)('requests of %s that wait in instances', (family) => {
  it('run exactly once when instances are killed, and only those that ran there fail', async () => {
    const urn = await deployed(family);
    const { together, burst } = LOADS[family];
    await warm(urn, together);
    const calls: Promise<[string, Invocation]>[] = [];
    for (let i = 0; i < burst; i += 1) {
      const kill = i % 20 === 7;
      const n = `${kill ? 'kill' : 'plain'}-${i}`;
      calls.push(invoke(server, urn, { n, ...(kill ? { kill } : {}) }).then((answer) => [n, answer]));
    }
    const answers = await Promise.all(calls);
    for (const [n, { receipt }] of answers)
      expect([n, receipt.outcome]).toEqual([n, n.startsWith('kill') ? 'crashed' : 'ok']);
    const ran = async (): Promise<string[]> =>
      (await logLines(server, urn)).map(({ message }) => message).filter((text) => /^ran (?:kill|plain)-/.test(text));
    await expect.poll(async () => (await ran()).length, PATIENCE).toBe(burst);
    expect(new Set(await ran()).size).toBe(burst);
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

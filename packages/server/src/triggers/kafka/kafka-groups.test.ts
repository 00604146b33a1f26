import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { hasKcat, NO_KCAT, publishTo, TestKafka } from '../brokers/testing-kafka.ts';

/** Brokers of a cluster that runs already, without TLS and logins: `host:port`, several with commas. */
const GIVEN = process.env.FGS_TEST_KAFKA;
const MEMBER = fileURLToPath(new URL('./group-member.fixture.ts', import.meta.url));
const PATIENCE = { timeout: 120_000, interval: 50 };
const PARTITIONS = [0, 1, 2, 3] as const;
/** The least that brokers allow unless they are set otherwise; the mock cluster has no bound. */
const SESSION_MS = GIVEN === undefined ? 2_000 : 6_000;
const SKIPPED = GIVEN === undefined && !hasKcat();

async function openCluster() {
  if (GIVEN === undefined) {
    const mock = await TestKafka.start();
    const makeTopic = (topic: string): Promise<void> => mock.makeTopic(topic, PARTITIONS.length);
    return { address: mock.address, makeTopic, close: () => mock.stop() };
  }
  const admin = new Kafka({ brokers: GIVEN.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics: string[] = [];
  return {
    address: GIVEN,
    async makeTopic(topic: string): Promise<void> {
      topics.push(topic);
      await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS.length }], waitForLeaders: true });
    },
    async close(): Promise<void> {
      await admin.deleteTopics({ topics });
      await admin.disconnect();
    },
  };
}

describe.skipIf(SKIPPED)(`a group of Kafka${SKIPPED ? ` (${NO_KCAT})` : ''}`, { timeout: 120_000 }, () => {
  const members: ChildProcess[] = [];
  afterEach(() => {
    for (const member of members) member.kill('SIGKILL');
  });

  it('shares partitions among its members, and gives those of a killed one to the other, each message at least once', async () => {
    const cluster = await openCluster();
    const topic = `shared-${Date.now()}-${process.pid}`;
    await cluster.makeTopic(topic);
    /** Messages in the order in which they were done, with the number of the member. */
    const done: { readonly by: number; readonly text: string }[] = [];
    /** Of Node.js, such as about a timer that the client sets each millisecond. */
    const warnings: string[] = [];
    const join = (by: number): ChildProcess => {
      const args = ['--conditions=@funcgraph/source', MEMBER, cluster.address, topic, `g-${topic}`, `${SESSION_MS}`];
      const member = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      member.stderr.on('data', (chunk: Buffer) => warnings.push(String(chunk)));
      createInterface(member.stdout).on('line', (line) => done.push({ by, text: JSON.parse(line) as string }));
      members.push(member);
      return member;
    };
    const sent: string[] = [];
    /** One message to each partition. */
    const send = async (): Promise<void> => {
      const messages = PARTITIONS.map((partition) => {
        const value = `${partition}:${String(sent.length).padStart(6, '0')}`;
        return { partition, value };
      });
      await publishTo(cluster.address, topic, messages);
      sent.push(...messages.map(({ value }) => value));
    };
    const partitionsOf = (by: number, from = 0): string[] =>
      [
        ...new Set(done.slice(from).flatMap(({ by: one, text }) => (one === by ? [text.split(':')[0] ?? ''] : []))),
      ].sort();
    const first = join(0);
    join(1);
    let [from, counts] = [0, ''];
    await expect
      .poll(async () => {
        await send();
        // since the last look, during which the group may have changed
        counts = [partitionsOf(0, from), partitionsOf(1, from)].map(({ length }) => length).join();
        from = done.length;
        return counts;
      }, PATIENCE)
      .toBe('2,2');
    const before = done.length;
    for (let round = 0; round < 25; round += 1) await send();
    await expect.poll(() => done.length, PATIENCE).toBeGreaterThan(before + 10);
    const gone = once(first, 'close');
    first.kill('SIGKILL');
    await gone;
    const killed = done.length;
    await send();
    await expect.poll(() => sent.filter((text) => !done.some((one) => one.text === text)), PATIENCE).toEqual([]);
    expect(partitionsOf(1, killed)).toEqual(['0', '1', '2', '3']);
    for (const partition of PARTITIONS) {
      const texts = new Set(done.map(({ text }) => text).filter((text) => text.startsWith(`${partition}:`)));
      expect([...texts]).toEqual([...texts].toSorted());
    }
    // what was done and not committed is done again, and nothing else
    expect(done.length - sent.length).toBeLessThan(PARTITIONS.length * 10);
    expect(warnings.join('')).toBe('');
    await cluster.close();
  });
});

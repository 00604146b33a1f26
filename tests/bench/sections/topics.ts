import { deployHello } from '../functions.ts';
import { absolute, atLeast } from '../report.ts';
import { type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';

const SUBSCRIBERS = 10;
const MESSAGES = 1_000;
const PUBLISHERS = 8;
/** Asynchronous calls of each subscriber. */
const CALLS = 200;
/** Of the calls a second that the same clients reach by calling each function. */
const LEAST = 0.5;

/** Messages of a topic to functions that subscribe to it: published, and run by all of them. */
export const topics: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const { client, credentials } = target;
    const params = { project_id: credentials.project_id };
    const { data } = await client.call('createTopic', { params, body: { name: 'bench' } });
    const topic = { ...params, topic_urn: data.topic_urn };
    bench.progress(`a topic with ${SUBSCRIBERS} functions`);
    const urns: string[] = [];
    for (let n = 0; n < SUBSCRIBERS; n += 1) {
      const endpoint = await deployHello(target, 'node', `subscriber-${n}`);
      if (endpoint === undefined) return [];
      urns.push(endpoint);
      // more would measure their starts
      const limit = { params: { ...params, function_urn: endpoint }, body: { max_instance_num: 1 } };
      await client.call('updateFunctionMaxInstanceConfig', limit);
      await client.call('addSubscription', { params: topic, body: { protocol: 'functiongraph', endpoint } });
    }
    // each has its instance then
    await publish(target, topic, PUBLISHERS);
    await untilRan(target, PUBLISHERS * SUBSCRIBERS);
    bench.progress('the same functions called');
    const calledAt = performance.now();
    const calls = Array.from({ length: CALLS * SUBSCRIBERS }, (_, n) => urns[n % SUBSCRIBERS] ?? '');
    await atOnce(calls, async (urn) => {
      const called = { params: { ...params, function_urn: urn }, body: { message: 'x'.repeat(100) } as never };
      await client.call('asyncInvokeFunction', called);
    });
    const before = PUBLISHERS * SUBSCRIBERS + calls.length;
    await untilRan(target, before);
    const called = (calls.length / (performance.now() - calledAt)) * 1000;
    bench.progress('messages published and run');
    const begin = performance.now();
    const perSecond = (count: number): number => (count / (performance.now() - begin)) * 1000;
    await publish(target, topic, MESSAGES);
    const published = perSecond(MESSAGES);
    await untilRan(target, before + MESSAGES * SUBSCRIBERS);
    const delivered = perSecond(MESSAGES * SUBSCRIBERS);
    return [
      absolute(`messages published, ${PUBLISHERS} at once`, published, '/s', {}),
      // beside calls of the same functions by the same number of clients
      atLeast(`  run by ${SUBSCRIBERS} functions each`, delivered, 'deliveries/s', called, LEAST),
    ];
  });

async function publish(
  { client }: Target,
  params: { readonly project_id: string; readonly topic_urn: string },
  messages: number,
): Promise<void> {
  const body = { subject: 'bench', message: 'x'.repeat(100) };
  await atOnce(Array(messages).fill(body), (one) => client.call('publishMessage', { params, body: one }));
}

async function atOnce<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const working = async (): Promise<void> => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) await work(one);
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, working));
}

async function untilRan({ credentials }: Target, count: number): Promise<void> {
  while ((await ran(credentials.endpoint)) < count) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Invocations of all functions that ended. */
async function ran(endpoint: string): Promise<number> {
  const text = await (await fetch(`${endpoint}/metrics`)).text();
  const counts = text.matchAll(/^funcgraph_function_invocations_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, each]) => sum + Number(each), 0);
}

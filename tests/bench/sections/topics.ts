import { deployHello } from '../functions.ts';
import { absolute } from '../report.ts';
import { type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';

const SUBSCRIBERS = 10;
const MESSAGES = 1_000;
const PUBLISHERS = 8;

/** Messages of a topic to functions that subscribe to it: published, and run by all of them. */
export const topics: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const { client, credentials } = target;
    const params = { project_id: credentials.project_id };
    const { data } = await client.call('createTopic', { params, body: { name: 'bench' } });
    const topic = { ...params, topic_urn: data.topic_urn };
    bench.progress(`a topic with ${SUBSCRIBERS} functions`);
    for (let n = 0; n < SUBSCRIBERS; n += 1) {
      const endpoint = await deployHello(target, 'node', `subscriber-${n}`);
      if (endpoint === undefined) return [];
      // more would measure their starts
      const limit = { params: { ...params, function_urn: endpoint }, body: { max_instance_num: 1 } };
      await client.call('updateFunctionMaxInstanceConfig', limit);
      await client.call('addSubscription', { params: topic, body: { protocol: 'functiongraph', endpoint } });
    }
    // each has its instance then
    await publish(target, topic, PUBLISHERS);
    await untilRan(target, PUBLISHERS * SUBSCRIBERS);
    bench.progress('messages published and run');
    const begin = performance.now();
    const perSecond = (count: number): number => (count / (performance.now() - begin)) * 1000;
    await publish(target, topic, MESSAGES);
    const published = perSecond(MESSAGES);
    await untilRan(target, (PUBLISHERS + MESSAGES) * SUBSCRIBERS);
    const delivered = perSecond(MESSAGES * SUBSCRIBERS);
    return [
      absolute(`messages published, ${PUBLISHERS} at once`, published, '/s', {}),
      absolute(`  run by ${SUBSCRIBERS} functions each`, delivered, 'deliveries/s', {}),
    ];
  });

async function publish(
  { client }: Target,
  params: { readonly project_id: string; readonly topic_urn: string },
  messages: number,
): Promise<void> {
  let left = messages;
  const publishing = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await client.call('publishMessage', { params, body: { subject: 'bench', message: 'x'.repeat(100) } });
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, publishing));
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

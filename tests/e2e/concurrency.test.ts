import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, invoke, runtimeOf, target } from '../functions.ts';
import { TestAccount } from '../test-account.ts';

const NODE = `exports.handler = async (event, context) => {
  console.log('call ' + event.i);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { i: event.i, id: context.getRequestID() };
};`;

const PYTHON = `import time
def handler(event, context):
    context.getLogger().info('call %d' % event['i'])
    time.sleep(0.5)
    return {'i': event['i'], 'id': context.getRequestID()}
`;

describe('several requests in one instance', () => {
  let server: TestAccount;

  beforeAll(async () => {
    server = await TestAccount.open();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['Node.js', { 'index.js': NODE }],
    ['Python', { 'index.py': PYTHON }],
  ] as const)(
    'runs ten calls at once in a single %s instance, each with its own answer and log',
    async (family, files) => {
      const runtime = await runtimeOf(server, family);
      const urn = await deploy(server, { name: `many-${family.slice(0, 4).toLowerCase()}`, runtime, files });
      await server.api.call('updateFunctionConfig', {
        params: target(server, urn),
        body: {
          func_name: `many-${family.slice(0, 4).toLowerCase()}`,
          runtime,
          handler: 'index.handler',
          timeout: 10,
          memory_size: 128,
          strategy_config: { concurrency: 1, concurrent_num: 10 },
        },
      });
      const answers = await Promise.all([...Array(10).keys()].map((i) => invoke(server, urn, { i })));
      for (const [i, answer] of answers.entries()) {
        expect(answer.json).toEqual({ i, id: answer.requestId });
        expect(answer.log).toContain(`call ${i}`);
        expect(answer.log.match(/call \d/g)).toHaveLength(1);
      }
      expect(new Set(answers.map((answer) => answer.receipt.instance_id)).size).toBe(1);
    },
  );
});

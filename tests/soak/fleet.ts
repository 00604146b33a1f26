import { deploy, project, target } from '../functions.ts';
import type { TestServer } from '../server.ts';

/** One function of the soak. Each answers with the number it got, so that an answer to another request is detected. */
export interface Member {
  readonly name: string;
  readonly urn: string;
  /** Path of its URL, for those that are called through the gateway. */
  readonly path?: string;
}

const NODE = `exports.handler = async (event, context) => {
  console.log('n=' + event.n);
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  return { n: event.n };
};`;
const PYTHON = `import time
def handler(event, context):
    context.getLogger().info('n=%s' % event['n'])
    time.sleep(event.get('ms', 0) / 1000.0)
    return {'n': event['n']}
`;
const CUSTOM = `#!/bin/sh
api=http://$RUNTIME_API_ADDR/v1/runtime/invocation
while true; do
  event=$(curl -sS -D /tmp/head "$api/request")
  id=$(grep -i '^x-cff-request-id' /tmp/head | tr -d '[:space:]' | cut -d: -f2)
  [ -z "$id" ] && continue
  n=$(printf '%s' "$event" | sed 's/.*"n":\\([0-9]*\\).*/\\1/')
  [ -z "$n" ] && exit 1
  curl -sS -o /dev/null -X POST --data-binary "{\\"n\\":$n}" "$api/response/$id"
done
`;
const HTTP = `#!/bin/sh
for node in /opt/function/runtime/nodejs*/rtsp/nodejs/bin/node; do :; done
exec "$node" -e '
  require("http").createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ n: Number(new URL(request.url, "http://x").searchParams.get("n")) }));
  }).listen(8000, "127.0.0.1");
'
`;

/** Every runtime of this machine that starts without a compiler, a few requests at once in the first. */
export async function deployFleet(server: TestServer): Promise<Member[]> {
  const { data } = await server.api.call('listRuntimeTypes', { params: project(server) });
  const names = (data as { type: string }[]).map(({ type }) => type);
  const members: Member[] = [];
  const add = async (
    name: string,
    runtime: string,
    files: Record<string, string>,
    handler: string,
  ): Promise<Member> => {
    const urn = await deploy(server, { name, runtime, files, handler, timeout: 20 });
    await server.api.call('updateFunctionAsyncInvokeConfig', {
      params: target(server, urn),
      body: { max_async_retry_attempts: 3 },
    });
    const member = { name, urn };
    members.push(member);
    return member;
  };
  for (const runtime of names.filter((name) => name.startsWith('Node.js')))
    await add(`soak-${runtime.replaceAll('.', '-').toLowerCase()}`, runtime, { 'index.js': NODE }, 'index.handler');
  for (const runtime of names.filter((name) => name.startsWith('Python')))
    await add(`soak-${runtime.replaceAll('.', '-').toLowerCase()}`, runtime, { 'index.py': PYTHON }, 'index.handler');
  await add('soak-custom', 'Custom', { bootstrap: CUSTOM }, 'bootstrap');
  const urn = await deploy(server, {
    name: 'soak-http',
    runtime: 'http',
    files: { bootstrap: HTTP },
    handler: 'bootstrap',
  });
  const body = { enabled: true, auth: 'none' } as const;
  const { path } = (await server.api.call('setFunctionUrl', { params: target(server, urn), body })).data;
  members.push({ name: 'soak-http', urn, path });
  return members;
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, deploy, invoke, logLines, PATIENCE, project, target, zipped } from '../functions.ts';
import { TestServer } from '../server.ts';

/** Found at run time: which Node.js the platform has differs between machines. */
const WITH_NODE = `#!/bin/sh
for node in /opt/function/runtime/nodejs*/rtsp/nodejs/bin/node; do [ -x "$node" ] && exec "$node" server.js; done
exit 1
`;
const PYTHON = `#!/bin/sh
for python in /opt/function/runtime/python3*/rtsp/python/bin/python3; do [ -x "$python" ] && exec "$python" server.py; done
exit 1
`;

const NODE_SERVER = `require('node:http').createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    if (req.url === '/die') { console.error('last words'); process.exit(5); }
    if (req.url === '/tmp-mb') {
      const { blocks, bsize } = require('node:fs').statfsSync('/tmp');
      return res.end(String(Math.round((blocks * bsize) / 2 ** 20)));
    }
    console.log('serving ' + req.url);
    res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(parts).toString('base64') }));
  });
}).listen(8000, '127.0.0.1');`;

const PYTHON_SERVER = `import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length']))
        self.send_response(201)
        self.send_header('X-Region', self.headers['x-cff-region'])
        self.end_headers()
        self.wfile.write(body[::-1])
http.server.HTTPServer(('127.0.0.1', 8000), Handler).serve_forever()
`;

const EVENT = {
  httpMethod: 'GET',
  path: '/',
  headers: {},
  queryStringParameters: {},
  body: '',
  isBase64Encoded: false,
};

describe('HTTP functions', () => {
  let server: TestServer;
  let node: string;

  const http = (name: string, files: Record<string, string>) =>
    deploy(server, { name, runtime: 'http', handler: 'bootstrap', files });

  beforeAll(async () => {
    server = await TestServer.start();
    node = await http('http-node', { bootstrap: WITH_NODE, 'server.js': NODE_SERVER });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('answers a direct call with the wrapping and passes the function its identity', async () => {
    const answer = await invoke(server, node, { ...EVENT, httpMethod: 'POST', path: '/a', body: 'hi' });
    expect(answer.json).toMatchObject({
      statusCode: 200,
      isBase64Encoded: true,
      headers: { 'Set-Cookie': ['a=1', 'b=2'], 'Content-Type': ['application/json'] },
    });
    const seen = JSON.parse(Buffer.from(String(answer.json.body), 'base64').toString());
    expect(seen).toMatchObject({ method: 'POST', url: '/a', body: Buffer.from('hi').toString('base64') });
    expect(seen.headers).toMatchObject({
      'x-cff-request-id': answer.requestId,
      'x-cff-memory': '128',
      'x-cff-timeout': '10',
      'x-cff-func-version': 'latest',
      'x-cff-func-name': 'http-node',
      'x-cff-project-id': server.credentials.project_id,
      'x-cff-package': 'default',
      'x-cff-region': server.credentials.region,
    });
    expect(answer.log).toContain('serving /a');
    expect(answer.receipt).toMatchObject({ mode: 'sync', outcome: 'ok' });
  });

  it('runs a Python server as well, whose answers end with the connection', async () => {
    const urn = await http('http-python', { bootstrap: PYTHON, 'server.py': PYTHON_SERVER });
    for (const body of ['abc', 'def']) {
      const { json } = await invoke(server, urn, { ...EVENT, httpMethod: 'POST', body });
      expect(json).toMatchObject({ statusCode: 201, headers: { 'X-Region': [server.credentials.region] } });
      expect(Buffer.from(String(json.body), 'base64').toString()).toBe([...body].reverse().join(''));
    }
  });

  it('names the fault of an event that is no request', async () => {
    const answer = await invoke(server, node, { name: 'Ada' });
    expect([answer.isError, answer.code]).toEqual([true, 4002]);
    expect(answer.json.errorMessage).toContain(
      "the event is not an APIG event, which an HTTP function needs: it has no 'httpMethod'",
    );
  });

  it('reports the exit code of a server that dies, and starts another one for the next call', async () => {
    const died = await invoke(server, node, { ...EVENT, path: '/die' });
    expect([died.isError, died.code]).toEqual([true, 4002]);
    expect(died.json.errorMessage).toContain('bootstrap exited with code 5');
    expect((await invoke(server, node, EVENT)).json).toMatchObject({ statusCode: 200 });
    await expect
      .poll(
        async () => (await logLines(server, node, { request_id: died.requestId })).map(({ message }) => message),
        PATIENCE,
      )
      .toContain('last words');
  });

  it('waits for a server that needs seconds to start', async () => {
    const late = NODE_SERVER.replace(`.listen(8000, '127.0.0.1')`, '').replace('require(', 'const s = require(');
    const urn = await http('http-slow', {
      bootstrap: WITH_NODE,
      'server.js': `${late}\nsetTimeout(() => s.listen(8000, '127.0.0.1'), 3500);`,
    });
    const answer = await invoke(server, urn, EVENT);
    expect(answer.json).toMatchObject({ statusCode: 200 });
    expect(answer.receipt.init_ms).toBeGreaterThan(3000);
  });

  it('has 512 MB in /tmp, or 10,240 when it asks for them', async () => {
    const urn = await http('http-tmp', { bootstrap: WITH_NODE, 'server.js': NODE_SERVER });
    const roomMb = async (): Promise<number> => {
      const { json } = await invoke(server, urn, { ...EVENT, path: '/tmp-mb' });
      return Number(Buffer.from(String(json.body), 'base64').toString());
    };
    expect(await roomMb()).toBeCloseTo(512, -2);
    const body = { ephemeral_storage: 10_240 };
    const { data } = await server.api.call('updateFunctionConfig', { params: target(server, urn), body });
    expect(data.ephemeral_storage).toBe(10_240);
    expect(await roomMb()).toBeCloseTo(10_240, -3);
  });

  it('reports a bootstrap that never serves', async () => {
    const urn = await http('http-broken', { bootstrap: '#!/bin/sh\nexit 3\n' });
    const answer = await invoke(server, urn, EVENT);
    expect(answer.json.errorMessage).toContain(
      'bootstrap exited with code 3 before its server listened on 127.0.0.1:8000',
    );
    expect(answer.receipt.outcome).toBe('init_failed');
  });

  it('answers the first call after a deploy that mends a bootstrap which exits', async () => {
    const urn = await http('http-mended', { bootstrap: '#!/bin/sh\nexit 3\n' });
    for (let calls = 0; calls < 3; calls += 1)
      expect((await invoke(server, urn, EVENT)).receipt.outcome).toBe('init_failed');
    const file = zipped({ bootstrap: WITH_NODE, 'server.js': NODE_SERVER });
    const body = { code_type: 'zip' as const, code_filename: 'code.zip', func_code: { file } };
    await server.api.call('updateFunctionCode', { params: target(server, urn), body });
    const answer = await invoke(server, urn, EVENT);
    expect(answer.json).toMatchObject({ statusCode: 200 });
    expect(answer.receipt).toMatchObject({ outcome: 'ok', attempt: 1 });
  });

  it('serves again after it was frozen, also by a connection that was kept', async () => {
    const id = (await invoke(server, node, EVENT)).receipt.instance_id;
    const frozen = async (): Promise<number> => (await server.api.call('showGauges')).data.instances.frozen;
    await expect.poll(() => frozen(), PATIENCE).toBeGreaterThan(0);
    const answer = await invoke(server, node, { ...EVENT, httpMethod: 'POST', body: 'x' });
    expect(answer.json).toMatchObject({ statusCode: 200 });
    expect(answer.receipt.instance_id).toBe(id);
  });

  it('refuses asynchronous calls and other handlers', async () => {
    const refused = await server.api
      .call('asyncInvokeFunction', { params: target(server, node), body: new TextEncoder().encode('{}') })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      status: 400,
      message: expect.stringContaining('cannot be invoked asynchronously'),
    });
    const handler = await server.api
      .call('createFunction', {
        params: project(server),
        body: {
          func_name: 'http-handler',
          package: 'default',
          runtime: 'http',
          handler: 'index.handler',
          timeout: 3,
          memory_size: 128,
          code_type: 'inline',
          func_code: { file: '' },
        },
      })
      .catch((error: unknown) => error);
    expect(handler).toMatchObject({ status: 400 });
    expect((await call(server, node, EVENT)).status).toBe(200);
  });
});

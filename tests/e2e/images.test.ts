import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeLayout, fakeTar } from '../../packages/server/src/images/testing.ts';
import { invoke } from '../functions.ts';
import { deployImage, loadImage, nodeLayer } from '../images.ts';
import { TestServer } from '../server.ts';

/** The event image of the guide, with something to look at. */
const EVENT_SERVER = `
const http = require('node:http');
let initialized = 0;
http.createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    const body = Buffer.concat(parts).toString();
    if (req.url === '/init') { initialized += 1; res.end('{}'); return; }
    console.log('invoke', body);
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify({ url: req.url, method: req.method, body, initialized, headers: req.headers, env: process.env,
      uid: process.getuid(), gid: process.getgid(), cwd: process.cwd(), argv: process.argv.slice(2) }));
  });
}).listen(8000, '0.0.0.0');
console.log('listening');
`;

describe('container images', () => {
  let server: TestServer;
  const base = nodeLayer();

  beforeAll(async () => {
    server = await TestServer.start();
    const layers = [base, fakeTar([{ name: 'app/server.js', data: EVENT_SERVER }])];
    const image = {
      layers,
      entrypoint: ['node', '/app/server.js'],
      env: ['PATH=/usr/bin', 'FROM_IMAGE=yes'],
      workingDir: '/app',
    };
    await loadImage(server, fakeLayout('team/event:v1', image));
  });
  afterAll(() => server?.stop());

  it('serve events', async () => {
    const urn = await deployImage(server, { name: 'first', image: 'team/event:v1', initializerTimeout: 10 });
    const result = await invoke(server, urn, { key: 'value' });
    console.log(result.text, result.receipt, server.log);
    expect(result.code).toBe(0);
  });
});

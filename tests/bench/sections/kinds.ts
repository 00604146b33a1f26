import { deployFiles, deployHello, invoke, type Language, publish, signedRequest, TAILED } from '../functions.ts';
import { atLeast, beside, type Row } from '../report.ts';
import { plainRequest, type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';
import { bareCalls, warmCalls } from '../warm-calls.ts';

const CONNECTIONS = 32;
const WEB_SERVER = `import http from 'node:http';
const body = '{"hello":"world"}';
http.createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}).listen(8000);
`;
const NEWEST_NODE = 'for node in /opt/function/runtime/nodejs*/rtsp/nodejs/bin/node; do :; done';

interface Call {
  readonly address: string;
  readonly request: Uint8Array;
  readonly expected?: string;
}

async function signed(target: Target, language: Language): Promise<Call | undefined> {
  const urn = await deployHello(target, language, language);
  if (urn === undefined) return undefined;
  // throws when the function fails, which plain calls answer with 200 too
  await invoke(target.client, target.credentials.project_id, urn);
  const request = await signedRequest(target, urn, 'invocations', TAILED);
  const call = { address: target.credentials.endpoint, request };
  return language.startsWith('logs') ? { ...call, expected: 'line 9' } : call;
}

async function web(target: Target): Promise<Call> {
  const bootstrap = `#!/bin/sh\n${NEWEST_NODE}; exec "$node" /opt/function/code/server.mjs\n`;
  const files = { bootstrap, 'server.mjs': WEB_SERVER };
  const urn = await deployFiles(target, { name: 'web', runtime: 'http', files });
  return { address: target.credentials.gateway, request: plainRequest('GET', await publish(target, urn)) };
}

/** Warm calls of other kinds of functions, beside the same floor. */
export const kinds: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const calls: readonly [string, () => Promise<Call | undefined>][] = [
      ['signed call, ten lines logged', () => signed(target, 'logs')],
      ['signed call, python, ten lines logged', () => signed(target, 'logsOfPython')],
      ['signed call, python', () => signed(target, 'python')],
      ['signed call, java', () => signed(target, 'java')],
      ['function URL, HTTP function', () => web(target)],
    ];
    const floor = await bareCalls(bench, plainRequest('POST', '/', '{"name":"bench"}'), CONNECTIONS);
    const rows: Row[] = [];
    for (const [name, deploy] of calls) {
      const call = await deploy();
      if (call === undefined) continue;
      bench.progress(`${name}, ${CONNECTIONS} connections`);
      const ours = await warmCalls(bench, target, { ...call, connections: CONNECTIONS });
      const row = atLeast(`${name}, ${CONNECTIONS} conn`, ours.perSecond, 'calls/s', floor.perSecond, 0);
      rows.push(beside(row), ours.processor);
    }
    return rows;
  });

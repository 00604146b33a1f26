import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyLoad } from '../apply-load.ts';
import { deployFiles, deployHello, publish } from '../functions.ts';
import { hostNode } from '../host-node.ts';
import { atLeast, beside, type Row } from '../report.ts';
import { median, plainRequest, type Section, withTarget } from '../section.ts';
import { inTurns } from '../turns.ts';
import { WARMUP_MS } from '../warm-calls.ts';

const PEER = '@google-cloud/functions-framework';
const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
const MAIN = `node_modules/${PEER}/build/src/main.js`;
const INDEX = 'exports.hello = (request, response) => response.json({ hello: "world" });';
const CONNECTIONS = 32;

/** The package and all it needs, as npm laid them out at the top of the tree or inside each other. */
function closure(name: string, found: Set<string>): Set<string> {
  const folder = join(MODULES, name);
  if (found.has(folder) || !existsSync(folder)) return found;
  found.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const each of Object.keys(dependencies))
    if (!existsSync(join(folder, 'node_modules', each))) closure(each, found);
  return found;
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(c?js|mjs|json)$/.test(entry.name)) yield path;
  }
}

function peerFiles(): Record<string, string> {
  const files: Record<string, string> = {
    'index.js': INDEX,
    'package.json': '{"name":"hello","version":"1.0.0","main":"index.js"}',
  };
  for (const folder of closure(PEER, new Set()))
    for (const path of sources(folder))
      files[join('node_modules', relative(MODULES, path))] = readFileSync(path, 'utf8');
  return files;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

interface Alone {
  readonly files: Readonly<Record<string, string>>;
  command(port: number): readonly [program: string, ...args: string[]];
}

/** A peer as its own documents start it: one process, no isolation, no limits, no log store. */
async function alone<T>({ files, command }: Alone, measure: (port: number) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-peer-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const port = await freePort();
  const [program, ...args] = command(port);
  const child = spawn(program, args, { cwd: folder, stdio: 'ignore' });
  try {
    const until = performance.now() + 20_000;
    for (;;) {
      const up = await fetch(`http://127.0.0.1:${port}/`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) break;
      if (performance.now() > until) throw new Error('the peer did not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return await measure(port);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The runtime of another platform for workers: too large for the development tools, `npm install --no-save workerd`. */
const WORKERD = join(MODULES, `@cloudflare/workerd-linux-${process.arch === 'arm64' ? 'arm64' : '64'}/bin/workerd`);
const workerd: Alone = {
  files: {
    'worker.js': `export default { fetch: async () => new Response('{"hello":"world"}', { headers: { 'content-type': 'application/json' } }) };`,
    'config.capnp': `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "w", esModule = embed "worker.js")], compatibilityDate = "2024-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  },
  command: (port) => [WORKERD, 'serve', 'config.capnp', `--socket-addr=http=127.0.0.1:${port}`],
};

/**
 * The functions framework of another platform on the same function: alone, which is a web server without isolation,
 * limits, logs or receipts, on the Node.js of our functions and on that of the platform; as an HTTP function in our
 * sandbox; beside our own event function behind its URL. And workerd alone, where its binary is found.
 */
export const peer: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const load = async (host: string, port: number, path: string, measureMs = bench.measureMs): Promise<number> => {
      const request = plainRequest('GET', path);
      const plan = { host, port, request, connections: CONNECTIONS, warmupMs: WARMUP_MS, measureMs };
      return (await applyLoad(plan)).perSecond;
    };
    const files = peerFiles();
    const framework = <T>(node: string, measure: (port: number) => Promise<T>): Promise<T> => {
      const command: Alone['command'] = (port) => [node, MAIN, '--target=hello', `--port=${port}`];
      return alone({ files, command }, measure);
    };
    const { hostname: host, port } = new URL(target.credentials.gateway);
    const own = await deployHello(target, 'url', 'own');
    const pathOfOwn = own && (await publish(target, own));
    bench.progress('the functions framework alone, and our own event function behind its URL, in turns');
    const [theirs, ours] = await framework(hostNode(), (portOfPeer) =>
      inTurns(
        bench.measureMs,
        (measureMs) => load('127.0.0.1', portOfPeer, '/', measureMs),
        (measureMs) => (pathOfOwn === undefined ? Promise.resolve(0) : load(host, Number(port), pathOfOwn, measureMs)),
      ),
    );
    const bare = median(theirs);
    const onOurs = await framework(process.execPath, (port) => load('127.0.0.1', port, '/'));
    const rows: Row[] = [];
    const add = (name: string, perSecond: number): void => {
      rows.push(beside(atLeast(name, perSecond, 'calls/s', bare, 0)));
    };
    add('functions framework, no sandbox, 32 conn', bare);
    add(`  the same on Node.js ${process.versions.node}`, onOurs);
    bench.progress('the functions framework as an HTTP function');
    const newest = 'for node in /opt/function/runtime/nodejs*/rtsp/nodejs/bin/node; do :; done';
    const bootstrap = `#!/bin/sh\ncd /opt/function/code; ${newest}; exec "$node" ${MAIN} --target=hello --port=8000\n`;
    const http = await deployFiles(target, { name: 'peer', runtime: 'http', files: { ...files, bootstrap } });
    add('  in our sandbox behind a function URL', await load(host, Number(port), await publish(target, http)));
    if (own !== undefined)
      rows.push(atLeast('  our event function behind its URL', median(ours), 'calls/s', bare, 2.5));
    if (!existsSync(WORKERD)) return rows;
    bench.progress('workerd alone');
    add('workerd, no sandbox, 32 conn', await alone(workerd, (own) => load('127.0.0.1', own, '/')));
    return rows;
  });

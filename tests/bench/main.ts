import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { applyLoad } from './apply-load.ts';
import { deployHello, invoke, type Language, signedRequest } from './functions.ts';
import { absolute, atLeast, type Row, ratioAtMost, table } from './report.ts';
import { startBaseline, startTarget, type Target } from './target.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    profile: { type: 'string' },
    only: { type: 'string', default: 'warm,url,async,cold' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  process.stdout.write(
    'npm run bench -- [--seconds N per measurement] [--json FILE] [--profile DIR: where the server writes a CPU profile]\n                 [--only warm,url,async,cold]\nEverything runs on loopback, in one run, on the built server (npm run build).\n',
  );
  process.exit(0);
}
const only = new Set(values.only.split(','));
const measureMs = Number(values.seconds) * 1000;
const progress = (text: string): boolean => process.stderr.write(`bench: ${text}\n`);

const rows: Row[] = [];
const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const percentile = (list: readonly number[], share: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN;

/** Kilobytes of physical memory of a process, shared pages divided among their users. */
function memoryKb(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}

async function warm(target: Target, baselinePort: number, urn: string): Promise<void> {
  const { hostname: host, port } = new URL(target.credentials.endpoint);
  const request = await signedRequest(target, urn, 'invocations', {
    'X-CFF-Request-Version': 'v1',
    'X-Cff-Log-Type': 'tail',
  });
  const plain = Buffer.from(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"name":"bench"}',
  );
  for (const connections of [1, 32]) {
    progress(`warm signed calls, ${connections} connections, beside bare node:http`);
    const common = { host, connections, warmupMs: 1500, measureMs };
    const floor = await applyLoad({ ...common, port: baselinePort, request: plain });
    const ours = await applyLoad({ ...common, port: Number(port), request });
    if (ours.failures > 0) throw new Error(`${ours.failures} warm calls failed`);
    // The budget is stated for 32 connections; one connection is shown beside it.
    const row = atLeast(
      `signed call, v1 + tail, ${connections} conn`,
      ours.perSecond,
      'calls/s',
      floor.perSecond,
      0.35,
    );
    rows.push(connections === 32 ? row : { ...row, budget: '', ok: null });
    rows.push({ ...ratioAtMost(`  p99, ${connections} conn`, ours.p99Ms, 'ms', floor.p99Ms, 0), budget: '', ok: null });
  }
}

const COLD_CALLS = 25;

/** Whole milliseconds of first calls, each of a function of its own; `ready` is awaited before each. */
async function coldCalls(target: Target, language: Language, ready: () => Promise<void>): Promise<number[]> {
  const totals: number[] = [];
  for (let i = 0; i < COLD_CALLS; i += 1) {
    const urn = await deployHello(target, language, `cold-${language}-${i}`);
    if (urn === undefined) return [];
    await ready();
    const { cold, totalMs } = await invoke(target.client, target.credentials.project_id, urn);
    if (!cold) throw new Error('a first call was not cold');
    totals.push(totalMs);
  }
  return totals;
}

function bareSpawns(language: Language): number[] {
  const spawns: number[] = [];
  for (let i = 0; i < COLD_CALLS; i += 1) {
    const begun = performance.now();
    spawnSync(
      language === 'node' ? process.execPath : '/usr/bin/python3',
      language === 'node' ? ['-e', '0'] : ['-c', '0'],
      { env: {} },
    );
    spawns.push(performance.now() - begun);
  }
  return spawns;
}

async function coldWithoutPool(target: Target, language: Language): Promise<void> {
  progress(`cold starts without the pool, ${language}`);
  const totals = await coldCalls(target, language, async () => {});
  if (totals.length === 0) return;
  rows.push(
    ratioAtMost(`cold start, ${language}, no pool, p50`, median(totals), 'ms', median(bareSpawns(language)), 1.5),
  );
}

async function coldFromPool(target: Target, language: Language): Promise<void> {
  progress(`cold starts from the pool, ${language}`);
  const filled = async (): Promise<void> => {
    while ((await target.client.call('showGauges')).data.instances.prewarmed === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const totals = await coldCalls(target, language, filled);
  if (totals.length === 0) return;
  rows.push(absolute(`cold start, ${language}, prewarmed, p50`, median(totals), 'ms', { most: 6 }));
  rows.push(absolute(`cold start, ${language}, prewarmed, p99`, percentile(totals, 0.99), 'ms', { most: 25 }));
}

/** An event function behind its URL: no signature, the APIG event built and its answer taken apart. */
async function throughUrl(target: Target, baselinePort: number): Promise<void> {
  const urn = await deployHello(target, 'url', 'behind-url');
  if (urn === undefined) return;
  const { project_id: projectId, gateway } = target.credentials;
  const params = { project_id: projectId, function_urn: urn.replace(/:latest$/, '') };
  const { data } = await target.client.call('setFunctionUrl', { params, body: { enabled: true, auth: 'none' } });
  const { hostname: host, port } = new URL(gateway);
  const bytes = (path: string): Buffer => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  for (const connections of [1, 32]) {
    progress(`warm calls through a function URL, ${connections} connections`);
    const common = { host, connections, warmupMs: 1500, measureMs };
    const floor = await applyLoad({ ...common, port: baselinePort, request: bytes('/') });
    const ours = await applyLoad({ ...common, port: Number(port), request: bytes(data.path) });
    if (ours.failures > 0) throw new Error(`${ours.failures} calls through the URL failed`);
    const row = atLeast(`function URL, ${connections} conn`, ours.perSecond, 'calls/s', floor.perSecond, 0.5);
    rows.push(connections === 32 ? row : { ...row, budget: '', ok: null });
  }
}

/** Acceptance while one instance works on it, then how fast the backlog of no-ops is worked off. */
async function asynchronous(target: Target): Promise<void> {
  const { hostname: host, port } = new URL(target.credentials.endpoint);
  const { project_id: projectId } = target.credentials;
  const gauges = async (): Promise<number> => {
    const { waiting, running } = (await target.client.call('showGauges')).data.async;
    return waiting + running;
  };
  progress('async acceptance');
  const urn = await deployHello(target, 'node', 'queued');
  if (urn === undefined) return;
  const limit = (count: number): Promise<unknown> =>
    target.client.call('updateFunctionMaxInstanceConfig', {
      params: { project_id: projectId, function_urn: urn },
      body: { max_instance_num: count },
    });
  await limit(1);
  const request = await signedRequest(target, urn, 'invocations-async', {});
  const result = await applyLoad({ host, port: Number(port), request, connections: 32, warmupMs: 500, measureMs });
  if (result.failures > 0) throw new Error(`${result.failures} enqueues failed`);
  rows.push(absolute('async accepted (signed, on disk), 32 conn', result.perSecond, 'calls/s', { least: 10_000 }));
  progress('async drain');
  await limit(-1);
  const backlog = await gauges();
  const begun = performance.now();
  while ((await gauges()) > 0) await new Promise((resolve) => setTimeout(resolve, 250));
  rows.push(absolute('async drained', (backlog / (performance.now() - begun)) * 1000, 'calls/s', { least: 5_000 }));
}

async function withTarget(extra: readonly string[], work: (target: Target) => Promise<void>): Promise<void> {
  const target = await startTarget(undefined, extra);
  try {
    await work(target);
  } finally {
    await target.stop();
  }
}

const baseline = await startBaseline();
const begin = performance.now();
const target = await startTarget(values.profile);
try {
  const urn = await deployHello(target, 'node', 'hello');
  if (urn === undefined) throw new Error('this machine has no Node.js runtime');
  await invoke(target.client, target.credentials.project_id, urn);
  rows.push(absolute('start to first successful call', performance.now() - begin, 'ms', { most: 1500 }));
  rows.push(absolute('  of it until ready', target.readyMs, 'ms', {}));
  if (only.has('warm')) await warm(target, baseline.port, urn);
  if (only.has('url')) await throughUrl(target, baseline.port);
  if (only.has('async')) await asynchronous(target);
  rows.push(absolute('server memory after load (PSS)', memoryKb(target.child.pid ?? 0) / 1024, 'MB', {}));
} finally {
  await target.stop();
  baseline.stop();
}
for (const language of only.has('cold') ? (['node', 'python'] as const) : []) {
  await withTarget([], (one) => coldFromPool(one, language));
  await withTarget(['--prewarm', '0'], (one) => coldWithoutPool(one, language));
}
process.stdout.write(`${table(rows)}\n`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);

import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invoke, project, target } from '../functions.ts';
import { whyNoJava } from '../java-code.ts';
import { ROOT } from '../server.ts';
import { TestAccount } from '../test-account.ts';

const TEMPLATES = join(ROOT, 'packages/server/templates/functions');
const HOME = homedir();
/** Kept from run to run: a first build of the standard library takes a minute. */
const GOCACHE = join(tmpdir(), `funcgraph-test-go-${process.getuid?.() ?? 0}`, 'go-build');
const BUILD_MS = 170_000;

function whyNoGo(): string | undefined {
  try {
    execFileSync('go', ['version'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'the Go compiler is not on this machine (Debian: golang-go)';
  }
}

/** Templates that must be built, and why they cannot be here. */
const MISSING: Readonly<Record<string, string | undefined>> = { 'hello-java': whyNoJava(), 'hello-go': whyNoGo() };

let server: TestAccount;
let work: string;

beforeAll(async () => {
  server = await TestAccount.open();
  work = mkdtempSync(join(tmpdir(), 'funcgraph-templates-'));
});
afterAll(async () => {
  await server?.stop();
  rmSync(work, { recursive: true, force: true });
});

interface Written {
  readonly folder: string;
  readonly files: readonly string[];
  readonly deploy: readonly string[];
  readonly build: string | null;
  readonly to_fill_in: readonly string[];
}

async function fgs<T>(args: readonly string[]): Promise<T> {
  const run = await server.fgs([...args, '--output', 'json']);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
  return JSON.parse(run.stdout.toString()) as T;
}

/** As a user does: writes the template, builds it if needed, deploys it with the printed command. Returns the URN. */
async function deployed(id: string, more: readonly string[] = []): Promise<string> {
  const written = await fgs<Written>([
    'functions',
    'init',
    join(mkdtempSync(join(work, 'new-')), id),
    '--template',
    id,
  ]);
  expect(written.files).toContain('README.md');
  if (written.build !== null) {
    const env = { ...process.env, HOME, GOCACHE, GOPROXY: 'off', GOTOOLCHAIN: 'local' };
    execFileSync('sh', ['-c', written.build], { cwd: written.folder, env, stdio: 'pipe', timeout: BUILD_MS });
  }
  const { func_urn } = await fgs<{ func_urn: string }>([...written.deploy, ...more]);
  return func_urn;
}

async function published(urn: string): Promise<string> {
  const body = { enabled: true, auth: 'none' } as const;
  const { data } = await server.api.call('setFunctionUrl', { params: target(server, urn), body });
  return server.gateway + data.path;
}

const run = async (urn: string, event: unknown): Promise<Record<string, unknown>> => {
  const answer = await invoke(server, urn, event);
  expect(answer.isError, answer.text).toBe(false);
  return answer.json;
};

const ACTIONS: Readonly<Record<string, () => Promise<void>>> = {
  async 'hello-node'() {
    const urn = await deployed('hello-node');
    expect(await run(urn, { name: 'Ada' })).toEqual({ message: 'Hello, Ada!' });
    expect(await run(urn, {})).toEqual({ message: 'Hello, World!' });
  },

  async 'hello-python'() {
    expect(await run(await deployed('hello-python'), { name: '李华' })).toEqual({ message: 'Hello, 李华!' });
  },

  async 'hello-java'() {
    const urn = await deployed('hello-java');
    expect(await run(urn, { name: 'Ada', times: 2 })).toEqual({ message: 'Hello, Ada! Hello, Ada!' });
  },

  async 'hello-go'() {
    const urn = await deployed('hello-go');
    expect(await run(urn, { name: 'Ada' })).toEqual({ message: 'Hello, Ada!' });
    const failed = await invoke(server, urn, [1]);
    expect(failed).toMatchObject({ isError: true, json: { errorType: 'HandlerError' } });
    expect(await run(urn, {})).toEqual({ message: 'Hello, World!' });
  },

  async 'bootstrap-shell'() {
    const urn = await deployed('bootstrap-shell');
    const sha256 = '961b6dd3ede3cb8ecbaacbd68de040cd78eb2ed5889130cceb4c49268ea4d506';
    expect(await run(urn, 'a')).toMatchObject({ bytes: expect.any(Number) });
    expect(await run(urn, { a: 1 })).toMatchObject({ bytes: 7, sha256: expect.not.stringMatching(sha256) });
  },

  async 'context-guide-python'() {
    expect(await run(await deployed('context-guide-python'), {})).toMatchObject({
      function: { name: 'context-guide-python', version: 'latest', project: server.credentials.project_id },
      resources: { memory_mb: 256 },
      temporary_keys: false,
      greeting: 'hello',
    });
  },

  async 'json-validator-node'() {
    const urn = await deployed('json-validator-node');
    const good = { id: 'A-17', email: 'ada@example.com', items: [{ name: 'tea', count: 2 }] };
    expect(await run(urn, good)).toEqual({ valid: true, errors: [] });
    const bad = { id: 'x', email: 5, items: [{ name: '', count: 0 }], more: 1 };
    expect((await run(urn, bad)).errors).toEqual([
      { path: '/id', message: 'must match ^[A-Z]-[0-9]+$' },
      { path: '/email', message: 'must be string, is integer' },
      { path: '/items/0/name', message: 'must have at least 1 characters' },
      { path: '/items/0/count', message: 'must be at least 1' },
      { path: '/more', message: 'is not known' },
    ]);
  },

  async 'event-router-node'() {
    const urn = await deployed('event-router-node');
    const { data } = await server.api.call('listEventTemplates');
    const routed = new Map<string, string>([
      ['timer-event-template', 'timer'],
      ['apig-event-template', 'http'],
      ['obs-event-template', 'storage'],
      ['smn-event-template', 'notification'],
      ['kafka-event-template', 'messages'],
    ]);
    for (const [name, route] of routed) {
      const content = data.templates.find((each) => each.name === name)?.content;
      expect(await run(urn, content), name).toMatchObject({ route, did: expect.stringMatching(/./) });
    }
    expect((await invoke(server, urn, { odd: true })).isError).toBe(true);
  },

  async 'rate-limiter-node'() {
    const urn = await deployed('rate-limiter-node', ['--env', 'BURST=2', '--env', 'RATE_PER_MINUTE=1']);
    const address = await published(urn);
    const status = async (key: string): Promise<number> =>
      (await fetch(address, { headers: { 'X-Api-Key': key } })).status;
    expect([await status('a'), await status('a'), await status('a'), await status('b')]).toEqual([200, 200, 429, 200]);
    const refused = await fetch(address, { headers: { 'X-Api-Key': 'a' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  },

  async 'webhook-node'() {
    const address = await published(await deployed('webhook-node', ['--env', 'WEBHOOK_SECRET=s3cret']));
    const now = String(Math.floor(Date.now() / 1000));
    const send = async (body: string, timestamp = now, secret = 's3cret', signed = body): Promise<number> => {
      const signature = createHmac('sha256', secret).update(`${timestamp}.${signed}`).digest('hex');
      const headers = { 'X-Timestamp': timestamp, 'X-Signature-256': `sha256=${signature}` };
      return (await fetch(address, { method: 'POST', body, headers })).status;
    };
    expect(await send('{"type":"ping"}')).toBe(202);
    expect(await send('{"type":"ping"}', now, 'guess')).toBe(401);
    expect(await send('{"type":"pong"}', now, 's3cret', '{"type":"ping"}')).toBe(401);
    expect(await send('{}', String(Number(now) - 3600))).toBe(401);
    expect(await send('no json')).toBe(400);
    expect((await fetch(address, { method: 'POST', body: '{}' })).status).toBe(401);
  },

  async 'sse-stream-node'() {
    const address = await published(await deployed('sse-stream-node'));
    const answer = await fetch(`${address}?count=3&interval=50`);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const text = await answer.text();
    expect(text.match(/^event: (step|done)$/gm)).toEqual(['event: step', 'event: step', 'event: step', 'event: done']);
  },

  async 'cron-cleanup-node'() {
    const env = ['--env', 'FOLDER=/opt/function/code', '--env', 'MAX_AGE_HOURS=0'];
    const urn = await deployed('cron-cleanup-node', [...env, '--env', 'DRY_RUN=true']);
    expect(await run(urn, {})).toMatchObject({ dryRun: true, found: 2, removed: 0, files: ['README.md', 'index.js'] });
    const user_data = JSON.stringify({ FOLDER: '/opt/function/code', MAX_AGE_HOURS: '0', DRY_RUN: 'false' });
    await server.api.call('updateFunctionConfig', { params: target(server, urn), body: { user_data } });
    expect(await run(urn, {})).toMatchObject({
      removed: 0,
      failed: [expect.stringMatching(/: EROFS$/), expect.anything()],
    });
  },

  async 'csv-report-python'() {
    const urn = await deployed('csv-report-python');
    const csv = 'city,amount\nParis,0.1\nRome,3\nParis,0.2\n';
    expect(await run(urn, { csv, group_by: 'city', sum: 'amount' })).toEqual({
      rows: 3,
      total: '3.3',
      groups: [
        { key: 'Rome', rows: 1, sum: '3' },
        { key: 'Paris', rows: 2, sum: '0.3' },
      ],
    });
    const failed = await invoke(server, urn, { csv: 'a,b\nx,ten\n', group_by: 'a', sum: 'b' });
    expect(failed).toMatchObject({ isError: true, text: expect.stringContaining('line 2: ten is no number') });
  },

  async 'markdown-html-python'() {
    const urn = await deployed('markdown-html-python');
    const markdown =
      '# A <b>\n\nto *you* and `<i>`\n\n- [x](javascript:alert(1))\n- [y](https://example.com/?a=1&b=2)\n';
    expect(await run(urn, { markdown })).toEqual({
      html:
        '<h1>A &lt;b&gt;</h1>\n<p>to <em>you</em> and <code>&lt;i&gt;</code></p>\n' +
        '<ul><li>[x](javascript:alert(1))</li><li><a href="https://example.com/?a=1&amp;b=2">y</a></li></ul>',
    });
    const file_base64 = Buffer.from('plain').toString('base64');
    expect(await run(urn, { file_base64 })).toEqual({ file_base64: Buffer.from('<p>plain</p>').toString('base64') });
  },

  async 'static-site-http'() {
    const address = await published(await deployed('static-site-http'));
    const page = await fetch(address);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<h1>A site from a function</h1>');
    const headers = { 'If-None-Match': page.headers.get('etag') ?? '' };
    expect((await fetch(address, { headers })).status).toBe(304);
    expect((await fetch(`${address}style.css`)).headers.get('content-type')).toBe('text/css; charset=utf-8');
    for (const path of ['none.html', '..%2fserver.js', '%2e%2e/server.js', '%00']) {
      expect((await fetch(address + path)).status, path).toBe(404);
    }
    expect((await fetch(address, { method: 'POST' })).status).toBe(405);
  },

  async 'rest-api-http'() {
    const address = await published(await deployed('rest-api-http'));
    const made = await fetch(`${address}notes`, { method: 'POST', body: JSON.stringify({ text: '买茶' }) });
    expect(made.status).toBe(201);
    const note = (await made.json()) as { id: string };
    expect(await (await fetch(`${address}notes/${note.id}`)).json()).toEqual({ id: note.id, text: '买茶' });
    expect((await fetch(`${address}notes/${note.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await (await fetch(`${address}notes`)).json()).toEqual({ notes: [] });
    expect((await fetch(`${address}notes`, { method: 'POST', body: '[]' })).status).toBe(400);
    expect((await fetch(`${address}notes/${note.id}`)).status).toBe(404);
  },
};

describe('a template becomes a function that does what it says', () => {
  for (const id of readdirSync(TEMPLATES)) {
    const missing = MISSING[id];
    const action = ACTIONS[id];
    const title = missing === undefined ? id : `${id}: ${missing}`;
    it.skipIf(missing !== undefined)(title, { timeout: BUILD_MS + 60_000 }, async () => {
      if (action === undefined) throw new Error(`the template ${id} has no test`);
      await action();
    });
  }
});

it('creates a function from what the API gives, unchanged', async () => {
  for (const template_id of ['hello-node', 'json-validator-node']) {
    const { data } = await server.api.call('showFunctionTemplate', { params: { ...project(server), template_id } });
    const { runtime, handler, timeout, memory_size, code_type, code, temp_detail } = data;
    const body = { func_name: `made-${template_id}`, runtime, handler, timeout, memory_size, code_type };
    const made = await server.api.call('createFunction', {
      params: project(server),
      body: { ...body, package: 'default', func_code: { file: code } },
    });
    await run(made.data.func_urn.replace(/:latest$/, ''), JSON.parse(temp_detail.input));
  }
});

it('removes old files and nothing else, when the clean-up is configured to', async () => {
  const folder = join(work, 'files');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  for (const name of ['new', 'old', 'deep/old']) writeFileSync(join(folder, name), 'x');
  const before = new Date(Date.now() - 10 * 3600 * 1000);
  for (const name of ['old', 'deep/old']) utimesSync(join(folder, name), before, before);
  // outside of this project, whose plain files are modules of the other kind
  copyFileSync(join(TEMPLATES, 'cron-cleanup-node/index.js'), join(work, 'clean-up.js'));
  const { handler } = createRequire(import.meta.url)(join(work, 'clean-up.js')) as {
    handler: (event: object, context: object) => Promise<object>;
  };
  Object.assign(process.env, { FOLDER: folder, MAX_AGE_HOURS: '5', DRY_RUN: 'false' });
  const context = {
    getLogger: () => ({ info: () => undefined, warn: () => undefined }),
    getRemainingTimeInMilliSeconds: () => 60_000,
  };
  expect(await handler({}, context)).toMatchObject({ found: 2, removed: 2, bytes: 2, failed: [] });
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['deep', 'new']);
  for (const name of ['FOLDER', 'MAX_AGE_HOURS', 'DRY_RUN']) delete process.env[name];
});

it('is exported and imported from the command line', async () => {
  const hello = join(work, 'hello.zip');
  await fgs(['functions', 'export', 'made-hello-node', '--file', hello]);
  expect(readFileSync(hello).subarray(0, 2).toString()).toBe('PK');
  const again = await server.fgs(['functions', 'export', 'made-hello-node', '--file', hello]);
  expect(again).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('exists already') });
  const { func_urn } = await fgs<{ func_urn: string }>(['functions', 'import', hello, '--name', 'imported']);
  expect(await run(func_urn.replace(/:latest$/, ''), { name: 'Eve' })).toEqual({ message: 'Hello, Eve!' });
  const twice = await server.fgs(['functions', 'import', hello, '--name', 'imported']);
  expect(twice).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('FSS.1061') });
  const unnamed = await server.fgs(['functions', 'import', hello]);
  expect(unnamed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--name is missing') });
});

it('refuses a folder that is not empty and a template that is not there', async () => {
  const filled = await server.fgs(['functions', 'init', work, '--template', 'hello-node']);
  expect(filled).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('is not empty') });
  const unknown = await server.fgs(['functions', 'init', join(work, 'x'), '--template', 'nothing']);
  expect(unknown).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('FSS.1059') });
});

it('makes an application, shows it and deletes it with its functions from the command line', async () => {
  const create = ['applications', 'create', 'inbox', '--template', 'webhook-inbox'];
  const unconfirmed = await server.fgs(create);
  expect(unconfirmed).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('params.secret is missing') });
  const params = join(work, 'params');
  writeFileSync(params, 'secret=hush\n');
  const made = await server.fgs([...create, '--param-file', params]);
  expect(made.stdout.toString(), made.stderr).toBe(
    'inbox: created, inbox-receiver (receiver), inbox-router (router)\n',
  );
  const again = await server.fgs([...create, '--param-file', params]);
  expect(again).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('there is an application inbox') });
  const shown = await fgs<{ status: string; functions: string }>(['applications', 'show', 'inbox']);
  expect(shown).toMatchObject({ status: 'success', functions: 'inbox-receiver (receiver), inbox-router (router)' });
  await fgs(['applications', 'delete', 'inbox', '--yes']);
  expect(await server.fgs(['functions', 'show', 'inbox-router'])).toMatchObject({ exitCode: 3 });
  expect((await server.fgs(['applications', 'list'])).stdout.toString()).toContain('no applications');
});

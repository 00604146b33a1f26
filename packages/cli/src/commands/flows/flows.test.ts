import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const FLOWS = '/v2/p1/fgs/workflows';
const RUNS = `${FLOWS}/f1/executions`;
const OWN_RUNS = '/v1/p1/workflows/f1/runs';
const TIME = '2027-01-01T00:00:00Z';
const FLOW = {
  id: 'f1',
  workflow_urn: 'urn:fss:r1:p1:workflow:default:order:latest',
  name: 'order',
  description: '',
  created_time: TIME,
  updated_time: TIME,
  created_by: 'ann',
  enable_stream_response: false,
  mode: 'NORMAL',
};
const YAML = `name: order
nodes:
  - { id: start, name: start, kind: start }
  - { id: pay, name: pay, kind: function, function: pay }
edges:
  - { from: start, to: pay }
`;
const RUN = {
  workflow_id: 'f1',
  workflow_urn: FLOW.workflow_urn,
  execution_id: 'r1',
  status: 'success',
  begin_time: TIME,
  last_update_time: TIME,
  created_by: 'ann',
  headers: {},
  input: {},
  output: { paid: true },
  node_execution_details: [
    {
      node_id: 'pay',
      node_name: 'pay',
      execution_id: 'r1',
      executions: [
        { status: 'fail', begin_time: 1, end_time: 2 },
        { status: 'success', begin_time: 10, end_time: 52 },
      ],
    },
  ],
};

let server: FakeServer;
let cwd: string;
beforeEach(async () => {
  server = await FakeServer.start();
  server.on(`GET ${FLOWS}`, { body: { total: 1, size: 1, workflows: [FLOW] } });
  cwd = await mkdtemp(join(tmpdir(), 'fgs-flows-'));
  await writeFile(join(cwd, 'order.yaml'), YAML);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true });
});

const cli = (...argv: string[]): Promise<CliRun> =>
  runCli(['flows', ...argv], { env: serverEnv(server.endpoint), cwd });
const sent = (route: string): unknown => JSON.parse(server.requests(route)[0]?.body.toString() || 'null');

describe('flows check', () => {
  test('needs no server', async () => {
    const { exitCode, stdout } = await runCli(['flows', 'check', 'order.yaml'], { cwd });
    expect([exitCode, stdout]).toEqual([0, 'order.yaml breaks no rule\n']);
  });

  test('lists all broken rules with their places', async () => {
    await writeFile(join(cwd, 'bad.yaml'), YAML.replace('to: pay', 'to: nowhere').replace('kind: start', 'kind: end'));
    const { exitCode, stdout } = await cli('check', 'bad.yaml');
    expect(exitCode).toBe(3);
    expect(stdout.split('\n').length).toBeGreaterThan(3);
    expect(stdout).toContain('F-02');
  });

  test('asks the server with --online', async () => {
    const violation = { code: 'F-14', message: 'The function pay does not exist.', node: 'pay', field: 'function' };
    server.on('POST /v1/p1/workflows/check', { body: { violations: [violation] } });
    const { exitCode, stdout } = await cli('check', 'order.yaml', '--online');
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('pay function  F-14  The function pay')]);
  });

  test.each([
    ['missing.yaml', undefined, 2, 'cannot read missing.yaml: ENOENT'],
    ['list.yaml', '- 1', 3, 'holds no object'],
    ['broken.json', '{', 3, 'broken.json'],
    ['broken.yaml', 'a: [', 3, 'broken.yaml'],
    ['large.yaml', `a: ${'x'.repeat(2 * 1024 * 1024)}`, 3, 'is over 2097152 bytes'],
    ['bomb.yaml', `a: &a [x]\nb: [${'*a, '.repeat(200)}]`, 3, 'Excessive alias count'],
  ])('refuses %s', async (name, content, code, text) => {
    if (content !== undefined) await writeFile(join(cwd, name), content);
    const { exitCode, stderr } = await cli('check', name);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(text)]);
  });
});

describe('flows deploy', () => {
  test('creates a flow, or replaces the one of the name', async () => {
    server.on(`GET ${FLOWS}`, { body: { total: 0, size: 0, workflows: [] } });
    server.on(`POST ${FLOWS}`, { body: FLOW });
    expect((await cli('deploy', 'order.yaml')).stdout).toBe('order: created\n');
    expect(sent(`POST ${FLOWS}`)).toEqual({ graph: parse(YAML) });
    server.on(`GET ${FLOWS}`, { body: { total: 1, size: 1, workflows: [FLOW] } });
    server.on(`PUT ${FLOWS}/f1`, { body: FLOW });
    expect((await cli('deploy', 'order.yaml')).stdout).toBe('order: updated\n');
    server.on(`PUT ${FLOWS}/f1`, { body: { ...FLOW, unchanged: true } });
    expect((await cli('deploy', 'order.yaml')).stdout).toBe('order: unchanged\n');
  });

  test('sends states as they are', async () => {
    const states = { name: 'order', start: 'a', states: [{ id: 'a', name: 'a', type: 'End' }] };
    await writeFile(join(cwd, 'order.json'), JSON.stringify(states));
    server.on(`PUT ${FLOWS}/f1`, { body: FLOW });
    expect((await cli('deploy', 'order.json')).exitCode).toBe(0);
    expect(sent(`PUT ${FLOWS}/f1`)).toEqual(states);
  });

  test('shows every rule that the server found broken', async () => {
    const violations = [
      { code: 'F-14', message: 'The function pay does not exist.', node: 'pay', field: 'function' },
      { code: 'F-30', message: 'Too few lines.', edge: { from: 'a', to: 'b' } },
      { code: 'F-11', message: 'Too many functions.' },
    ];
    server.on(`PUT ${FLOWS}/f1`, {
      status: 400,
      body: { error_code: 'FSS.0400', error_msg: 'breaks a rule', violations },
    });
    const { exitCode, stderr } = await cli('deploy', 'order.yaml');
    expect(exitCode).toBe(3);
    expect(stderr).toContain(
      '  pay function: The function pay does not exist. (F-14)\n  a → b: Too few lines. (F-30)\n',
    );
    expect(stderr).toContain('  Too many functions. (F-11)\n');
  });
});

describe('a flow', () => {
  test('is found by name also on a later page, by URN and by id', async () => {
    const others = Array.from({ length: 200 }, (_, n) => ({ ...FLOW, id: `x${n}`, name: `order-${n}` }));
    server.on(`GET ${FLOWS}`, ({ query }) => ({
      body: { total: 201, size: 1, workflows: query.get('offset') === '0' ? others : [FLOW] },
    }));
    server.on(`GET ${FLOWS}/f1`, { body: { ...FLOW, definition: {}, graph: { name: 'order', nodes: [] } } });
    expect((await cli('export', 'order')).stdout).toBe('name: order\nnodes: []\n');
    expect((await cli('export', FLOW.workflow_urn)).exitCode).toBe(0);
    const unknown = await cli('export', 'orders');
    expect([unknown.exitCode, unknown.stderr]).toEqual([3, expect.stringContaining('there is no flow "orders"')]);
  });

  test('is exported with names in place of URNs of its project', async () => {
    const functions = [
      ['urn:fss:r1:p1:function:default:pay:latest', 'pay'],
      ['urn:fss:r1:p1:function:default:pay', 'pay'],
      ['urn:fss:r1:p1:function:shop:pay:!live', 'shop/pay:!live'],
      ['urn:fss:r1:p1:function:default:pay:v1', 'pay:v1'],
      ['urn:fss:r1:p2:function:default:pay', 'urn:fss:r1:p2:function:default:pay'],
    ].map(([fn, name]) => [
      { kind: 'function', function: fn },
      { kind: 'function', function: name },
    ]);
    const flow = { kind: 'subflow', flow: FLOW.workflow_urn };
    const nodes = [...functions.map(([before]) => before), flow, { kind: 'end' }];
    server.on(`GET ${FLOWS}/f1`, { body: { ...FLOW, definition: {}, graph: { name: 'order', nodes } } });
    const exported = JSON.parse((await cli('export', 'order', '--format', 'json')).stdout);
    const named = [...functions.map(([, after]) => after), { ...flow, flow: 'order' }, { kind: 'end' }];
    expect(exported).toEqual({ name: 'order', nodes: named });
  });

  test('is exported in either form', async () => {
    const definition = { name: 'order', states: [] };
    server.on(`GET ${FLOWS}/f1`, { body: { ...FLOW, definition, graph: parse(YAML) } });
    expect(parse((await cli('export', 'order')).stdout)).toEqual(parse(YAML));
    expect(JSON.parse((await cli('export', 'order', '--states', '--format', 'json')).stdout)).toEqual(definition);
  });

  test('is listed, and deleted by its URN', async () => {
    expect((await cli('list')).stdout).toContain('order');
    server.on(`DELETE ${FLOWS}`, { body: { success: [FLOW.workflow_urn], fail: [] } });
    expect((await cli('delete', 'order', '--yes')).stdout).toBe('deleted flow order\n');
    expect(sent(`DELETE ${FLOWS}`)).toEqual({ workflow_urns: [FLOW.workflow_urn] });
    const fail = [{ workflow_urn: FLOW.workflow_urn, error_detail: 'flow order has active runs' }];
    server.on(`DELETE ${FLOWS}`, { body: { success: [], fail } });
    const refused = await cli('delete', 'order', '--yes');
    expect([refused.exitCode, refused.stderr]).toEqual([3, expect.stringContaining('has active runs')]);
  });
});

describe('flows start', () => {
  beforeEach(() => server.on(`POST ${RUNS}`, { body: { execution_id: 'r1' } }));

  test('starts a run with an input and an id', async () => {
    expect((await cli('start', 'order', '--input', '{"a":1}', '--run-id', 'mine')).stdout).toBe('r1  started\n');
    expect(sent(`POST ${RUNS}`)).toEqual({ input: { a: 1 } });
    expect(server.requests(`POST ${RUNS}`)[0]?.headers['x-workflowrun-id']).toBe('mine');
  });

  test('waits for the end, with the output on standard output', async () => {
    const states = ['running', 'success'];
    server.on(`GET ${RUNS}/r1`, () => ({ body: { ...RUN, status: states.shift() } }));
    const { exitCode, stdout, stderr } = await cli('start', 'order', '--wait');
    expect([exitCode, stdout, stderr]).toEqual([0, '{"paid":true}\n', 'r1  success\n']);
  });

  test('exits with 6 when the run failed, and says why', async () => {
    const { output: _, ...failed } = { ...RUN, status: 'fail', error: { error_code: 'X', error_message: 'no money' } };
    server.on(`GET ${RUNS}/r1`, { body: failed });
    const { exitCode, stdout, stderr } = await cli('start', 'order', '--wait');
    expect([exitCode, stdout, stderr]).toEqual([6, '', 'r1  fail  X: no money\n']);
  });

  test('runs an express flow in one request', async () => {
    server.on(`GET ${FLOWS}`, { body: { total: 1, size: 1, workflows: [{ ...FLOW, mode: 'EXPRESS' }] } });
    const end = { execution_id: 'r2', status: 'success', output: { a: 1 }, begin_time: TIME, end_time: TIME };
    server.on(`POST ${FLOWS}/f1/sync-executions`, { body: end });
    expect((await cli('start', 'order', '--wait')).stdout).toBe('{"a":1}\n');
  });

  test('follows the log to the end', async () => {
    const event = { v: 1, at: 0, type: 'node_started', exec: 0, node: 'pay', kind: 'function', input: { inline: {} } };
    server.on(`GET ${OWN_RUNS}/r1/events`, { body: `${JSON.stringify({ seq: 1, event })}\n` });
    server.on(`GET ${RUNS}/r1`, { body: RUN });
    const { exitCode, stdout } = await cli('start', 'order', '--follow');
    expect([exitCode, stdout]).toEqual([0, '1970-01-01T00:00:00.000Z  pay: function started\n{"paid":true}\n']);
  });

  test.each([
    [['--input', '[1]'], 'not a JSON object'],
    [['--input', '{'], 'not JSON'],
    [['--input', '{}', '--input-file', 'x'], 'one of --input and --input-file'],
    [['--wait', '--follow'], 'exclude each other'],
    [['--timeout', '0'], '--timeout'],
  ])('refuses %j', async (flags, text) => {
    const { exitCode, stderr } = await cli('start', 'order', ...flags);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(text)]);
  });
});

describe('flows runs', () => {
  test('list has pages, a time and a state', async () => {
    const { node_execution_details: _, ...listed } = RUN;
    server.on(`GET ${FLOWS}/f1/executions-history`, ({ query }) => ({
      body: { total: 2, size: 1, executions: [{ ...listed, execution_id: `r${query.get('offset')}` }] },
    }));
    const { stdout } = await cli('runs', 'list', 'order', '--status', 'success', '--since', '1d');
    expect(stdout).toMatch(/r0 .*\nr1 /);
    expect(server.requests(`GET ${FLOWS}/f1/executions-history`)[0]?.query.get('status')).toBe('success');
  });

  test('show draws the run by the flow, with signs and words', async () => {
    server.on(`GET ${RUNS}/r1`, { body: RUN });
    server.on(`GET ${OWN_RUNS}/r1/graph`, { body: { graph: parse(YAML) } });
    const { stdout } = await cli('runs', 'show', 'order', 'r1', '--graph');
    expect(stdout).toBe('            start start\n✓ success   function pay, 42 ms, 2 times (1 fail, 1 success)\n');
  });

  test('stop, retry, fork and follow name the run', async () => {
    server.on(`POST ${RUNS}/r1/terminate`, { body: {} });
    server.on(`POST ${RUNS}/r1/retry`, { headers: { 'x-workflowrun-id': 'r2' }, body: {} });
    server.on(`POST ${OWN_RUNS}/r1/fork`, { body: { execution_id: 'r3' } });
    server.on(`GET ${OWN_RUNS}/r1/events`, { body: '' });
    expect((await cli('runs', 'stop', 'order', 'r1')).stdout).toBe('r1  stopping\n');
    expect((await cli('runs', 'retry', 'order', 'r1')).stdout).toBe('r2  started\n');
    const fork = ['fork', 'order', 'r1', '--node', 'pay', '--input', '{"a":1}', '--new-definition'];
    expect((await cli('runs', ...fork)).stdout).toBe('r3  started\n');
    expect(sent(`POST ${OWN_RUNS}/r1/fork`)).toEqual({ node: 'pay', input: { a: 1 }, new_definition: true });
    expect((await cli('runs', 'follow', 'order', 'r1')).exitCode).toBe(0);
  });
});

describe('flows runs compare', () => {
  const COMPARE = `GET ${OWN_RUNS}/r1/compare`;
  const run = { workflow_id: 'f1', workflow_urn: FLOW.workflow_urn, begin_time: TIME };
  const side = { status: 'success', input_digest: 'i', duration_ms: 3, to: 'ship' };
  const same = {
    runs: [
      { ...run, execution_id: 'r1', status: 'fail', duration_ms: 20 },
      { ...run, execution_id: 'r2', status: 'success' },
    ],
    differs: [],
    definition: { settings: [], nodes: [], edges: [] },
    ...{ same: 2, different: 0, first_only: 0, second_only: 0, executions: [], left_out: 0 },
  };

  test('draws what differs, with signs and words', async () => {
    const failed = { ...side, status: 'fail', error: { error_code: '4002', error_message: 'no' } };
    server.on(COMPARE, {
      body: {
        ...same,
        differs: ['status', 'output'],
        definition: {
          settings: [{ field: 'constants' }],
          nodes: [
            { node: 'pay', change: 'changed', fields: [{ field: 'function', first: 'a', second: 'b' }] },
            { node: 'ship', change: 'added', fields: [] },
          ],
          edges: [{ from: 'pay', to: 'ship', change: 'added' }],
        },
        different: 1,
        second_only: 1,
        left_out: 1,
        executions: [
          {
            ...{ node: 'pay', node_name: 'Pay', inside: [{ node: 'each', index: 2 }, { node: 'all' }], attempt: 1 },
            ...{ differs: ['status', 'to', 'target'], first: failed, second: side },
          },
          { node: 'ship', node_name: 'ship', inside: [], attempt: 1, differs: [], second: side },
        ],
      },
    });
    const { stdout } = await cli('runs', 'compare', 'order', 'r1', 'r2');
    expect(stdout).toBe(
      [
        '        FLOW   RUN  STATUS     BEGAN                  TOOK',
        'first   order  r1   ✗ fail     2027-01-01T00:00:00Z  20 ms',
        'second  order  r2   ✓ success  2027-01-01T00:00:00Z      -',
        'different: status, output',
        '',
        'the definitions differ:',
        '  flow, constants',
        '  node pay, function: "a" → "b"',
        '  node ship: added',
        '  edge pay → ship: added',
        '',
        'NODE             ATTEMPT  DIFFERENT              FIRST                        SECOND',
        'each[2] all pay        1  status, edge, version  ✗ fail 3 ms → ship 4002: no  ✓ success 3 ms → ship',
        'ship                   1  only in the second     -                            ✓ success 3 ms → ship',
        'attempts of nodes: 2 the same, 1 different; 0 only in the first run, 1 only in the second; 1 not shown',
        '',
      ].join('\n'),
    );
  });

  test('says that runs are the same', async () => {
    server.on(COMPARE, { body: same });
    const { stdout } = await cli('runs', 'compare', 'order', 'r1', 'r2');
    expect(stdout).toContain('the same status, input and output\n\nattempts of nodes: 2 the same, 0 different\n');
    const json = await cli('runs', 'compare', 'order', 'r1', 'r2', '--output', 'json');
    expect(JSON.parse(json.stdout)).toEqual(same);
  });

  test('names the flow of the second run', async () => {
    const other = { ...FLOW, id: 'f2', name: 'order2' };
    server.on(`GET ${FLOWS}`, { body: { total: 2, size: 2, workflows: [FLOW, other] } });
    server.on(COMPARE, { body: same });
    await cli('runs', 'compare', 'order', 'r1', 'r2', '--with-flow', 'order2', '--all');
    const query = new URLSearchParams(server.requests(COMPARE)[0]?.query);
    expect(Object.fromEntries(query)).toEqual({ with: 'r2', with_workflow: 'f2', all: 'true' });
  });
});

describe('templates for flows', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const template = {
    ...{ id: 'loop', title: 'Loop', description: 'Loops.', titles: { zh: '循环', en: 'Loop' } },
    ...{ descriptions: { zh: '循环。', en: 'Loops.' }, functions: ['square'], input: { numbers: [1] } },
  };
  const files = [
    { path: 'flow.yaml', content: base64('# Loops.\nname: loop\nnodes: []\n'), executable: false },
    { path: 'functions/square/index.js', content: base64('code'), executable: false },
  ];

  test('are listed in both languages', async () => {
    server.on('GET /v1/p1/workflow-templates', { body: { templates: [template] } });
    expect((await cli('templates')).stdout).toMatch(/loop +Loop +循环/);
  });

  test('are written to a new folder, whose name the flow gets', async () => {
    server.on('GET /v1/p1/workflow-templates/loop', { body: { ...template, graph: {}, files } });
    const { exitCode, stdout } = await cli('init', 'squares', '--template', 'loop');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('fgs flows start squares --input')]);
    expect(await readFile(join(cwd, 'squares/flow.yaml'), 'utf8')).toBe('# Loops.\nname: "squares"\nnodes: []\n');
    expect(await readFile(join(cwd, 'squares/functions/square/index.js'), 'utf8')).toBe('code');
    expect((await cli('init', 'squares', '--template', 'loop')).exitCode).toBe(3);
  });

  test('write nothing outside of the folder', async () => {
    const outside = [{ path: '../flow.yaml', content: '', executable: false }];
    server.on('GET /v1/p1/workflow-templates/loop', { body: { ...template, graph: {}, files: outside } });
    const { exitCode, stderr } = await cli('init', 'squares', '--template', 'loop');
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('outside of the folder')]);
  });
});

describe('tags of flows', () => {
  const TAGS = '/v1/p1/workflows/f1/tags';
  const tagged = (name: string, ...tags: [string, string][]) => ({
    ...{ id: name, name, workflow_urn: name },
    tags: tags.map(([key, value]) => ({ key, value })),
  });

  test('are set and removed', async () => {
    server.on(`POST ${TAGS}/create`, { status: 204 });
    server.on(`DELETE ${TAGS}/delete`, { status: 204 });
    server.on(`GET ${TAGS}`, { body: { tags: [{ key: 'team', value: 'shop' }], sys_tags: [] } });
    expect((await cli('tag', 'order', '--tag', 'team=shop', '-t', 'env')).stdout).toBe(
      'order: tagged team=shop, env\n',
    );
    expect(sent(`POST ${TAGS}/create`)).toEqual({
      tags: [
        { key: 'team', value: 'shop' },
        { key: 'env', value: '' },
      ],
    });
    expect((await cli('untag', 'order', '--tag', 'env')).stdout).toBe('order: has team=shop\n');
    expect((await cli('tags', 'order')).stdout).toMatch(/team +shop/);
  });

  test('choose among the flows of the project', async () => {
    const workflows = [tagged('a', ['team', 'shop'], ['env', '']), tagged('b', ['team', 'ops'])];
    server.on('GET /v1/p1/workflows/tags', { body: { workflows } });
    expect((await cli('tags')).stdout).toMatch(/a +team=shop, env\nb +team=ops/);
    expect((await cli('tags', '--tag', 'team', '--tag', 'env')).stdout).not.toContain('ops');
    expect((await cli('tags', 'order', '--tag', 'team')).exitCode).toBe(2);
  });
});

test('flows callback ends a wait with a result, or with a failure', async () => {
  server.on(`POST ${FLOWS}/f1/callback`, { body: { execution_id: 'r1' } });
  await cli('callback', 'order', 'r1', 'id-1', '--result', '{"ok":true}');
  await cli('callback', 'order', 'r1', 'id-1', '--fail', 'no');
  const [first, second] = server.requests(`POST ${FLOWS}/f1/callback`);
  expect(JSON.parse(first?.body.toString() ?? '')).toEqual({ result: 'success', output: { ok: true } });
  expect(first?.headers).toMatchObject({ 'x-workflow-run-id': 'r1', 'x-workflow-state-id': 'id-1' });
  expect(JSON.parse(second?.body.toString() ?? '')).toEqual({ result: 'fail', error: 'no' });
});

describe('flows logs', () => {
  const LOGS = 'GET /v1/p1/workflows/f1/logs';
  const line = (n: number) => ({ time: TIME, level: 'INFO', execution_id: n === 0 ? '' : 'r1', message: `line ${n}` });

  test('shows the newest lines of a run, oldest first', async () => {
    server.on(LOGS, { body: { lines: [line(2), line(1), line(0)] } });
    const { exitCode, stdout } = await cli('logs', 'order', '--run', 'r1', '--since', TIME, '-n', '3');
    expect([exitCode, stdout]).toEqual([0, `${TIME} - INFO line 0\n${TIME} r1 INFO line 1\n${TIME} r1 INFO line 2\n`]);
    const query = new URLSearchParams(server.requests(LOGS)[0]?.query);
    expect(Object.fromEntries(query)).toMatchObject({ execution_id: 'r1', limit: '3', order: 'desc' });
  });

  test('continues with new lines, by level and text', async () => {
    server.on(LOGS, { body: { lines: [line(1)] } });
    let streams = 0;
    server.on(`${LOGS}/follow`, () => {
      streams += 1;
      if (streams === 1) return { body: `${JSON.stringify(line(2))}\n` };
      return { status: 403, body: { error_code: 'FSS.0403', error_msg: 'no right' } };
    });
    const { exitCode, stdout, stderr } = await cli('logs', 'order', '-f', '--level', 'ERROR', '-k', 'pay');
    expect(stdout).toBe(`${TIME} r1 INFO line 1\n${TIME} r1 INFO line 2\n`);
    expect([exitCode, stderr]).toEqual([expect.any(Number), expect.stringContaining('connecting again')]);
    expect(stderr).toContain('no right');
    for (const route of [LOGS, `${LOGS}/follow`]) {
      const query = new URLSearchParams(server.requests(route)[0]?.query);
      expect(Object.fromEntries(query)).toMatchObject({ level: 'ERROR', keyword: 'pay' });
    }
  });

  test('refuses a time that is none before it asks the server', async () => {
    const { exitCode, stderr } = await cli('logs', 'order', '--since', 'soon');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--since')]);
    expect(server.requests(LOGS)).toEqual([]);
  });
});

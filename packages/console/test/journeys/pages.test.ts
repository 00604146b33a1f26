import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { deploy, project, runtimeOf, zipped } from '../../../../tests/functions.ts';
import { journey, look, type Platform } from '../journey.ts';
import { eachPage, go } from '../walk.ts';
import { expectLoaded, expectWhole, SIZES } from '../whole.ts';

/** The longest that the server takes, in the widest letters of a name. */
const RECORD = {
  user_name: 'W'.repeat(64),
  action: 'functiongraph:function:deleteReservedInstancesOfVersion',
  resource: `urn:fss:local-1:${'0'.repeat(32)}:function:default:${'W'.repeat(60)}:latest`,
  source_ip: '2001:0db8:85a3:0000:0000:8a2e:0370:7334',
  status: 409,
  error_code: 'FSS.0409',
};

/** Makes the first record of the audit log as long as one can be. */
async function lengthenAudit(page: Page, origin: string): Promise<void> {
  await page.route(/\/v1\/audit/, async (route) => {
    const headers = { ...(await route.request().allHeaders()), 'sec-fetch-site': 'same-origin', origin };
    const response = await route.fetch({ headers });
    const { entries, ...more } = (await response.json()) as { readonly entries: readonly object[] };
    const [first, ...others] = entries;
    await route.fulfill({ response, json: { ...more, entries: [{ ...first, ...RECORD }, ...others] } });
  });
}

journey(
  'each page of the navigation is whole on an empty server, at 1280 px and at 200 %',
  async ({ platform, visit }) => {
    const made = await platform.fgs(['iam', 'projects', 'create', 'pages-empty']);
    expect(made.exitCode, made.stderr).toBe(0);
    const visitor = await visit();
    const { page } = visitor;
    await visitor.open('/overview');
    await page.getByRole('button', { name: '项目 default' }).click();
    await page.getByRole('menuitem', { name: 'pages-empty' }).click();
    await page.getByRole('button', { name: '项目 pages-empty' }).waitFor();
    await lengthenAudit(page, platform.endpoint);
    await eachPage(page, async (path) => {
      if (path === '/audit') await page.getByText(RECORD.user_name).waitFor();
      await expectWhole(page, path);
    });
  },
);

const HOSTILE = '<img src=x onerror="document.title=\'hostile\'">';
const LONG = 'x'.repeat(120);
/** Fields whose text another person writes, or may. */
const FREE =
  /^(\w*name|desc|description|remark\w*|comment|message\w*|summary|detail|reason|problem|error|cause|data|partition_key|value|key)$/;

/** An answer whose texts are hostile, and longer than any column. */
function poison(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return FREE.test(key) && value !== '' ? `${value} ${HOSTILE}${LONG}` : value;
  if (Array.isArray(value)) return value.map((item) => poison(item, key));
  // the server reads each definition of a flow before it stores it
  if (typeof value !== 'object' || value === null || key === 'graph') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poison(item, name)]));
}

async function poisonAnswers(page: Page, origin: string): Promise<void> {
  await page.route(/\/v[123](\.0)?\//, async (route) => {
    const request = route.request();
    if (request.method() !== 'GET' || request.url().includes('/console/session')) return route.fallback();
    const headers = { ...(await request.allHeaders()), 'sec-fetch-site': 'same-origin', origin };
    const response = await route.fetch({ headers });
    const isJson = (response.headers()['content-type'] ?? '').includes('application/json');
    return isJson ? route.fulfill({ response, json: poison(await response.json()) }) : route.fulfill({ response });
  });
}

/** One of each kind; the addresses of their pages. */
async function populate(platform: Platform): Promise<string[]> {
  const { api } = platform;
  const params = project(platform);
  const runtime = await runtimeOf(platform, 'Node.js');
  const files = { 'index.js': 'exports.handler = async (event, context) => event;' };
  const function_urn = await deploy(platform, { name: 'pages-shown', files, runtime });
  const depend_file = zipped({ 'node_modules/a/index.js': '1' });
  const graph = {
    ...{ name: 'pages-flow', mode: 'NORMAL', merge_parameters: false, constants: {}, triggers: [] },
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'step', name: 'step', kind: 'function', function: `${function_urn}:latest`, parameters: [] },
    ],
    edges: [{ from: 'start', to: 'step' }],
  };
  const [library, flow, group] = await Promise.all([
    api.call('createDependency', {
      params,
      body: { name: 'pages-library', runtime, depend_type: 'zip', depend_file, description: 'lines' },
    }),
    api.call('createWorkflow', { params, body: { graph } }),
    api.call('createGatewayGroup', { params, body: { name: 'pages-shop', description: 'shop' } }),
    api.call('createTopic', { params, body: { name: 'pages-news', display_name: 'news' } }),
    api.call('createStream', { params, body: { stream_name: 'pages-clicks' } }),
    api.call('createProjectBucket', { params, body: { name: 'pages-photos' } }),
    api.call('createFunctionVersion', { params: { ...params, function_urn }, body: { version: 'v1' } }),
    api.call('createVersionAlias', { params: { ...params, function_urn }, body: { name: 'live', version: 'latest' } }),
  ]);
  await api.call('startWorkflowExecution', { params: { ...params, workflow_id: flow.data.id }, body: { input: {} } });
  return [
    ...['code', 'settings', 'versions', 'aliases', 'monitoring'].map((tab) => `/functions/pages-shown?tab=${tab}`),
    '/create-function',
    `/dependencies/${library.data.dep_id}`,
    `/flows/${flow.data.id}`,
    `/flows/${flow.data.id}/runs`,
    `/flows/${flow.data.id}/metrics`,
    `/gateway/${group.data.id}`,
    '/buckets/pages-photos',
    '/topics/pages-news',
    '/streams/pages-clicks',
  ];
}

journey('long and hostile texts are text on every page, and break none', async ({ platform, visit }) => {
  const details = await populate(platform);
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/overview');
  await poisonAnswers(page, platform.endpoint);
  const shown: string[] = [];
  const see = async (path: string) => {
    await expectWhole(page, path, 'long');
    if ((await page.getByText('<img src=x').count()) > 0) shown.push(path);
    expect(await page.locator('img[src="x"]').count(), path).toBe(0);
    expect(await page.title(), path).not.toBe('hostile');
    // a list that is too wide, and one of few buttons
    if (path !== '/functions' && path !== '/health') return;
    await page.setViewportSize(SIZES.whole);
    await look(page, `hostile${path.replace('/', '-')}`);
  };
  await eachPage(page, see);
  for (const path of details) {
    await go(page, path);
    await see(path);
  }
  expect(shown.length, shown.join(' ')).toBeGreaterThan(20);
});

/** Makes a user of a group that has one policy. */
async function userWith(platform: Platform, policy: string): Promise<{ name: string; password: string }> {
  const user = { name: `pages-${policy.split(' ').at(-1)}`, password: 'One-of-four-1' };
  for (const [args, input] of [
    [['iam', 'groups', 'create', user.name]],
    [['iam', 'policies', 'grant', policy, '--group', user.name]],
    [['iam', 'users', 'create', user.name, '--group', user.name, '--password-stdin'], user.password],
  ] as const) {
    const { exitCode, stderr } = await platform.fgs(args, input);
    expect(exitCode, stderr).toBe(0);
  }
  return user;
}

/** Pages whose list is of another service, so that a policy of functions does not show it. */
const OTHERS = [
  'buckets',
  'topics',
  'streams',
  'users',
  'groups',
  'policies',
  'audit',
  'images',
  'networks',
  'file-systems',
  'cluster',
  'health',
];
const ABOUT_FUNCTIONS = ['overview', 'functions', 'templates', 'flows', 'alarms', 'logs', 'gateway', 'quotas'];
const CUSTOM = {
  Version: '1.1',
  Statement: [{ Effect: 'Allow', Action: ['functiongraph:dependency:*', 'smn:topic:*'] }],
};

/** What each policy refuses to show, and the pages on which it lets something be made. That which refuses most is first. */
const POLICIES = [
  {
    policy: 'pages-custom',
    hidden: [...ABOUT_FUNCTIONS, ...OTHERS.filter((path) => path !== 'topics'), 'agencies'],
    makes: ['dependencies', 'topics'],
    runs: undefined,
  },
  { policy: 'FunctionGraph ReadOnlyAccess', hidden: [...OTHERS, 'agencies'], makes: [], runs: false },
  { policy: 'FunctionGraph CommonOperations', hidden: [...OTHERS, 'agencies'], makes: [], runs: true },
  {
    policy: 'FunctionGraph FullAccess',
    hidden: OTHERS,
    makes: ['functions', 'templates', 'dependencies', 'flows', 'alarms', 'gateway'],
    runs: true,
  },
] as const;

journey(
  'the three usual policies and one of an account decide on each page what is shown and what may be done',
  async ({ platform, visit }) => {
    const role = { display_name: 'pages-custom', type: 'AX', description: '', policy: CUSTOM } as const;
    await platform.api.call('createPolicy', { body: { role } });
    const files = { 'index.js': 'exports.handler = async (event, context) => event;' };
    await deploy(platform, { name: 'pages-run', files, runtime: await runtimeOf(platform, 'Node.js') });
    // of each page that explained why it shows nothing: what it asked the server for, and the right that its button named
    const explained = new Map<string, { readonly request: string; readonly right: string | undefined }>();
    for (const { policy, hidden, makes, runs } of POLICIES) {
      const isHidden = (path: string) => (hidden as readonly string[]).includes(path.slice(1));
      const visitor = await visit({ signedIn: false });
      const { page } = visitor;
      const main = page.locator('main');
      const isDenied = async (button: Locator) => (await button.getAttribute('aria-disabled')) === 'true';
      const rightOf = async (button: Locator) => {
        await button.focus();
        const text = (await page.getByRole('tooltip').last().textContent()) ?? '';
        const [right = ''] = /[\w-]+:[\w-]+:\w+/.exec(text) ?? [];
        expect(right).not.toBe('');
        return right;
      };
      visitor.expectComplaint(/403/);
      await visitor.signIn(await userWith(platform, policy));
      let refused = '';
      page.on('response', (response) => {
        if (response.status() === 403) refused = response.url();
      });
      await visitor.open('/overview');
      const see = async (path: string) => {
        const name = path.slice(1);
        const refusal = main.getByText(/^You may not do [\w:]+ here\.$/).first();
        await expectLoaded(page, path);
        if (isHidden(path)) await refusal.waitFor();
        else expect(await refusal.count(), `${policy} sees ${path}`).toBe(0);
        // one's own keys need no right
        if (name === 'access-keys') return;
        const make = main.getByRole('button', { name: /^(创建|添加|拉取|使用模板|安装)/ }).first();
        const hasButton = (await make.count()) > 0;
        if (hasButton) {
          expect(await isDenied(make), `${policy} on ${path}`).toBe(!(makes as readonly string[]).includes(name));
        }
        if (isHidden(path))
          explained.set(path, { request: refused, right: hasButton ? await rightOf(make) : undefined });
      };
      // these pages look the same for each policy that refuses both
      const known = [...explained].filter(([path]) => isHidden(path));
      const session = await visitor.send('GET', `${platform.endpoint}/v1/console/session`);
      const { rights } = (await session.json()) as { rights: string[] };
      for (const [path, { request, right }] of known) {
        expect((await visitor.send('GET', request)).status(), `${policy} reads ${path}`).toBe(403);
        expect(rights, `${policy} on ${path}`).not.toContain(right);
      }
      await eachPage(page, see, (path) => known.some(([one]) => one === path));
      if (runs === undefined) continue;
      await go(page, '/functions/pages-run');
      const run = page.getByRole('button', { name: '测试', exact: true });
      await run.waitFor();
      expect(await isDenied(run), `${policy} runs`).toBe(!runs);
    }
  },
);

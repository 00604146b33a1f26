import { execFile } from 'node:child_process';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { deploy, project, runtimeOf } from '../../../../tests/functions.ts';
import { journey, look, type Platform } from '../journey.ts';

const HOSTILE = '<img src=x onerror=alert(1)>';

journey(
  'a topic gets a subscription, publishes a message and is deleted with its name',
  async ({ platform, visit }) => {
    const files = { 'index.js': 'exports.handler = async (event, context) => "ok";' };
    const runtime = await runtimeOf(platform, 'Node.js');
    const function_urn = await deploy(platform, { name: 'journey-notified', files, runtime });
    const params = { ...project(platform), function_urn };
    await platform.api.call('createFunctionVersion', { params, body: { version: 'v1' } });
    await platform.api.call('createVersionAlias', { params, body: { name: 'live', version: 'v1' } });
    const visitor = await visit();
    const { page } = visitor;
    await page.route(/\/notifications\/topics\?/, (route) =>
      route.fulfill({ json: { request_id: 'r', topic_count: 0, topics: [] } }),
    );
    await visitor.open('/topics');
    await page.getByRole('heading', { name: '还没有主题' }).waitFor();
    await look(page, 'topics-empty');
    await page.getByText('fgs topics create orders').waitFor();
    await page.getByText('cURL', { exact: true }).click();
    const line = await page.getByText(/^curl -X POST /).textContent();
    expect(await runLine(platform, line ?? '')).toContain('"topic_urn"');
    await page.keyboard.press('ArrowRight');
    const message = await page.getByText(/^POST /).textContent();
    await look(page, 'topics-empty-http');
    expect(await sendMessage(platform, message ?? '')).toContain('"topic_urn"');
    await page.unroute(/\/notifications\/topics\?/);

    await page.getByRole('button', { name: '创建主题' }).first().click();
    const creation = page.getByRole('dialog', { name: '创建主题' });
    await creation.getByRole('button', { name: '确定' }).click();
    await creation.getByText('请输入主题名称').waitFor();
    await creation.getByLabel('主题名称').fill('journey-orders');
    await creation.getByLabel('显示名').fill(HOSTILE);
    await look(page, 'topics-create');
    await creation.getByRole('button', { name: '确定' }).click();
    await page.getByRole('heading', { name: 'journey-orders' }).waitFor();
    await page.getByText(HOSTILE).waitFor();
    await page.getByRole('heading', { name: '还没有订阅' }).waitFor();

    await page.getByRole('button', { name: '添加订阅' }).first().click();
    const subscription = page.getByRole('dialog', { name: '订阅主题 journey-orders' });
    await subscription.getByRole('button', { name: '确定' }).click();
    await subscription.locator('.ant-form-item-explain-error').getByText('请选择函数').waitFor();
    await subscription.getByLabel('函数', { exact: true }).fill('journey-notified');
    await page.getByTitle('default / journey-notified').click();
    await subscription.getByRole('combobox', { name: '版本或别名' }).press('Enter');
    await page.getByTitle('live → v1').click();
    await subscription.locator('.ant-form-item-explain-error').waitFor({ state: 'detached' });
    await subscription.getByLabel('备注').fill('first');
    await look(page, 'topics-subscribe');
    await subscription.getByRole('button', { name: '确定' }).click();
    const row = page.getByRole('row', { name: /journey-notified/ });
    expect(await row.textContent()).toMatch(/^函数default \/ journey-notified : !live已确认–first取消订阅$/);
    await look(page, 'topics-topic');

    await page.getByRole('button', { name: '发布消息' }).click();
    const publication = page.getByRole('dialog', { name: '向主题 journey-orders 发布消息' });
    await publication.getByLabel('消息内容').fill('order 17 was paid');
    await publication.getByLabel('消息属性').fill('kind');
    await publication.getByLabel('标题').focus();
    await publication.getByText('每行的格式为 名称=值').waitFor();
    await look(page, 'topics-publish');
    await publication.getByLabel('消息属性').fill('kind=paid');
    await publication.getByRole('button', { name: '发布消息' }).click();
    await page.getByText('消息已发布到主题 journey-orders').waitFor();

    await row.getByRole('button', { name: '取消订阅' }).click();
    await page.getByRole('dialog', { name: '取消订阅？' }).getByRole('button', { name: '确认' }).click();
    await page.getByRole('heading', { name: '还没有订阅' }).waitFor();

    await page.getByRole('link', { name: '全部主题' }).click();
    const listed = page.getByRole('row', { name: /journey-orders/ });
    await listed.waitFor();
    await look(page, 'topics');
    await listed.getByRole('button', { name: '删除' }).click();
    const removal = page.getByRole('dialog', { name: '删除主题？' });
    await removal.getByLabel('journey-orders').fill('journey-orders');
    await look(page, 'topics-delete');
    await removal.getByRole('button', { name: '确认' }).click();
    await listed.waitFor({ state: 'detached' });
  },
);

journey('a stream gets records, which are read shard by shard', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await page.route(/\/streams\?/, (route) =>
    route.fulfill({
      json: { total_number: 0, has_more_streams: false, stream_names: [], stream_info_list: [] },
    }),
  );
  await visitor.open('/streams');
  await page.getByRole('heading', { name: '还没有通道' }).waitFor();
  await look(page, 'streams-empty');
  await page.unroute(/\/streams\?/);

  await page.getByRole('button', { name: '创建通道' }).first().click();
  const creation = page.getByRole('dialog', { name: '创建通道' });
  await creation.getByLabel('通道名称').fill('journey clicks');
  await creation.getByRole('button', { name: '确定' }).click();
  await creation.locator('.ant-form-item-explain-error').getByText('1到64个字符').waitFor();
  await look(page, 'streams-create');
  await creation.getByLabel('通道名称').fill('journey-clicks');
  await creation.getByLabel('分区').fill('2');
  await creation.getByRole('button', { name: '确定' }).click();
  await page.getByRole('heading', { name: 'journey-clicks' }).waitFor();
  await page.getByRole('heading', { name: '没有记录' }).waitFor();

  const send = async (data: string) => {
    await page.getByRole('button', { name: '发送记录' }).first().click();
    const dialog = page.getByRole('dialog', { name: '向通道 journey-clicks 发送记录' });
    await dialog.getByLabel('数据').fill(data);
    await dialog.getByLabel('分区键').fill('visitor-1');
    if (data === HOSTILE) await look(page, 'streams-send');
    await dialog.getByRole('button', { name: '发送记录' }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  // a notice goes away by itself
  const [notice] = await Promise.all([page.getByText(/已保存到分区 [01]，序号 0/).textContent(), send(HOSTILE)]);
  const [shard = ''] = /[01]/.exec(notice ?? '') ?? [];
  await send('{"page":"/"}');

  if (shard === '1') {
    await page.getByRole('combobox', { name: '分区' }).click();
    await page.getByTitle('分区 1').click();
  }
  await page.getByRole('cell', { name: HOSTILE }).waitFor();
  await page.getByRole('cell', { name: '{"page":"/"}' }).waitFor();
  await look(page, 'streams-stream');
  await page.getByText('序号', { exact: true }).first().click();
  await page.getByRole('spinbutton', { name: '起始序号' }).fill('1');
  await page.getByRole('cell', { name: HOSTILE }).waitFor({ state: 'detached' });
  await page.getByRole('cell', { name: '{"page":"/"}' }).waitFor();

  await page.getByRole('button', { name: '删除' }).click();
  const removal = page.getByRole('dialog', { name: '删除通道？' });
  await removal.getByLabel('journey-clicks').fill('journey-clicks');
  await removal.getByRole('button', { name: '确认' }).click();
  await page.getByText('删除通道 journey-clicks 成功').waitFor();
  await page.getByRole('heading', { name: '数据通道' }).waitFor();
});

/** What a line from the page prints in a shell that has a token, as the page says. */
async function tokenOf({ api, credentials }: Platform): Promise<string> {
  const { headers } = await api.bytes('createToken', {
    body: {
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: credentials.user, password: credentials.password, domain: { name: 'default' } } },
        },
        scope: { project: { id: credentials.project_id } },
      },
    },
  });
  return headers.get('x-subject-token') ?? '';
}

async function runLine(platform: Platform, line: string): Promise<string> {
  const env = { ...process.env, TOKEN: await tokenOf(platform) };
  const { stdout } = await promisify(execFile)('sh', ['-c', line], { env });
  return stdout;
}

/** Sends a request as an editor reads it from a file. */
async function sendMessage(platform: Platform, message: string): Promise<string> {
  const [head = '', body = ''] = message.replace('{{token}}', await tokenOf(platform)).split('\n\n');
  const [first = '', ...fields] = head.split('\n');
  const [method = '', url = ''] = first.split(' ');
  const headers = fields.map((field) => field.split(': ') as [string, string]);
  return (await fetch(url, { method, headers, body })).text();
}

/** What a request to the host of the group gets: the text of the function, or the status without one. */
function ask(gatewayUrl: string, path: string): Promise<string | number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | number | undefined>();
  const { hostname, port } = new URL(gatewayUrl);
  const request = get({ hostname, port, path, headers: { host: 'journey.shop.example' } }, (response) => {
    text(response).then((body) => resolve(response.statusCode === 200 ? body : response.statusCode), reject);
  });
  request.on('error', reject);
  return promise;
}

journey('an API is defined, published, changed, and rolled back to its first release', async ({ platform, visit }) => {
  const files = { 'index.js': 'exports.handler = async (event, context) => ({ statusCode: 200, body: "shop" });' };
  const runtime = await runtimeOf(platform, 'Node.js');
  const function_urn = await deploy(platform, { name: 'journey-shop', files, runtime });
  const event_data = { name: 'shop-start', type: 1, path: '/start', auth: 'NONE', func_info: { timeout: 5000 } };
  await platform.api.call('createFunctionTrigger', {
    params: { ...project(platform), function_urn },
    body: { trigger_type_code: 'APIG', event_data },
  });
  const visitor = await visit();
  const { page } = visitor;
  // other journeys have groups on the same server
  const list = /\/gateway\/groups$/;
  await page.route(list, (route) => route.fulfill({ json: { groups: [] } }));
  await visitor.open('/gateway');
  await page.getByRole('heading', { name: '还没有API分组' }).waitFor();
  await look(page, 'gateway-empty');
  await page.unroute(list);

  await page.getByRole('tab', { name: '应用' }).click();
  await page.getByRole('button', { name: '创建应用' }).click();
  const creation = page.getByRole('dialog', { name: '创建应用' });
  await creation.getByLabel('应用名称').fill('journey-partner');
  await creation.getByRole('button', { name: '确定' }).click();
  const secrets = page.getByRole('dialog', { name: '应用 journey-partner 的密钥' });
  await secrets.getByText('AppSecret和AppCode仅显示这一次').waitFor();
  await look(page, 'gateway-app-secrets');
  await secrets.getByRole('button', { name: '已保存' }).click();
  await look(page, 'gateway-apps');

  await page.getByRole('tab', { name: '触发器API' }).click();
  const row = page.getByRole('row', { name: /shop-start/ });
  await row.getByText('ANY /start').waitFor();
  await row.getByRole('button', { name: /^复制http.*\/start$/ }).waitFor();
  await look(page, 'gateway-triggers');
  await row.getByRole('link', { name: 'shop-start' }).click();
  await page.getByRole('row', { name: /shop-start/ }).waitFor();
  await page.goBack();

  await page.getByRole('tab', { name: 'API分组' }).click();
  await page.getByRole('button', { name: '创建API分组' }).first().click();
  const group = page.getByRole('dialog', { name: '创建API分组' });
  await group.getByLabel('分组名称').fill('journey-shop');
  await group.getByLabel('描述').fill(HOSTILE);
  await group.getByRole('button', { name: '确定' }).click();
  await page.getByRole('heading', { name: 'journey-shop' }).waitFor();
  await page.getByText(HOSTILE).waitFor();

  await page.getByRole('button', { name: '绑定域名' }).click();
  const host = page.getByRole('dialog', { name: '绑定域名' });
  await host.getByLabel('域名').fill('journey.shop.example');
  await host.getByRole('button', { name: '确定' }).click();
  await page.getByRole('button', { name: '解绑 journey.shop.example' }).waitFor();

  await page.getByRole('tab', { name: '环境' }).click();
  await page.getByRole('button', { name: '创建环境' }).click();
  const stage = page.getByRole('dialog', { name: '创建环境' });
  await stage.getByLabel('环境名称').fill('TEST');
  await stage.getByLabel('环境变量').fill('version=latest');
  await stage.getByRole('button', { name: '确定' }).click();
  await page.getByRole('cell', { name: 'version=latest' }).waitFor();
  await look(page, 'gateway-stages');

  await page.getByRole('tab', { name: 'API', exact: true }).click();
  await page.getByRole('button', { name: '创建API', exact: true }).first().click();
  const form = page.getByRole('dialog', { name: '创建API' });
  await form.getByRole('button', { name: '立即完成' }).click();
  await form.locator('.ant-form-item-explain-error').getByText('请选择函数').waitFor();
  await form.getByLabel('API名称').fill('order');
  await form.getByLabel('请求Path').fill('/orders/{id}');
  await form.getByLabel('安全认证').click();
  await page.getByTitle('None（无认证，任何人可调用）').click();
  await form.getByRole('combobox', { name: '函数' }).fill('journey-shop');
  await page.getByTitle('default / journey-shop').click();
  await form.getByRole('combobox', { name: '版本或别名' }).fill('late');
  await page.getByTitle('latest', { exact: true }).click();
  await form.getByLabel('API流量限制：次数').fill('100');
  await look(page, 'gateway-api-form');
  await form.getByRole('button', { name: '立即完成' }).click();
  await page.getByRole('heading', { name: 'order' }).waitFor();
  await page.getByText('API尚未发布，请求无法到达。').waitFor();

  const publish = async () => {
    await page.getByRole('button', { name: '发布API' }).click();
    const dialog = page.getByRole('dialog', { name: '发布API order' });
    await dialog.getByLabel('描述').fill('the present one');
    await dialog.getByRole('button', { name: '发布', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  await publish();
  await page.getByRole('row', { name: /当前版本 ANY \/orders\/\{id\}/ }).waitFor();
  const { data } = await platform.api.call('listGatewayGroups', { params: project(platform) });
  const gatewayUrl = data.groups.find(({ name }) => name === 'journey-shop')?.gateway_url ?? '';
  expect(await ask(gatewayUrl, '/orders/17')).toBe('shop');

  await page.getByRole('button', { name: '编辑' }).click();
  const edit = page.getByRole('dialog', { name: '编辑API order' });
  await edit.getByLabel('请求方法').click();
  await page.getByTitle('GET', { exact: true }).click();
  await edit.getByLabel('请求Path').fill('/v2/orders/{id}');
  await edit.getByRole('button', { name: '立即完成' }).click();
  await page.getByText('环境 RELEASE 中发布的版本与当前定义不同').waitFor();
  await publish();
  await page.getByRole('row', { name: /当前版本 GET \/v2\/orders/ }).waitFor();
  await look(page, 'gateway-api');
  expect(await ask(gatewayUrl, '/v2/orders/17')).toBe('shop');
  expect(await ask(gatewayUrl, '/orders/17')).toBe(404);

  await page.getByRole('button', { name: '切换至此版本' }).click();
  await page
    .getByRole('dialog', { name: /^重新发布版本/ })
    .getByRole('button', { name: '发布', exact: true })
    .click();
  await page.getByRole('row', { name: /当前版本 ANY \/orders/ }).waitFor();
  await page.getByText('环境 RELEASE 中发布的版本与当前定义不同').waitFor();
  expect(await ask(gatewayUrl, '/orders/17')).toBe('shop');

  await page.getByRole('link', { name: '分组 journey-shop' }).click();
  await page.getByRole('row', { name: /order/ }).getByText('RELEASE（未更新）').waitFor();
  await look(page, 'gateway-group');
  await page.getByRole('button', { name: '删除' }).first().click();
  const removal = page.getByRole('dialog', { name: '删除API分组？' });
  await removal.getByLabel('journey-shop').fill('journey-shop');
  await removal.getByRole('button', { name: '确认' }).click();
  await page.waitForURL(/\/console\/gateway$/);
  // other journeys may have groups
  await page.getByRole('link', { name: 'journey-shop' }).waitFor({ state: 'detached' });

  await page.getByRole('tab', { name: '访问日志' }).click();
  const request = page.getByRole('row', { name: /GET journey\.shop\.example\/v2\/orders\/17/ });
  await request.getByRole('link', { name: 'journey-shop' }).waitFor();
  await look(page, 'gateway-access-log');
  await page.getByRole('searchbox', { name: '客户端、域名、路径、函数或请求ID' }).fill('nowhere');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '清除搜索条件' }).waitFor();
});

journey('a bucket gets files, which are browsed, saved and deleted', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await page.route(/\/v1\/[^/]+\/buckets$/, (route) => route.fulfill({ json: { buckets: [] } }), { times: 1 });
  await visitor.open('/buckets');
  await page.getByRole('heading', { name: '还没有桶' }).waitFor();
  await look(page, 'buckets-empty');
  await page.getByRole('button', { name: '创建桶' }).first().click();
  const creation = page.getByRole('dialog', { name: '创建桶' });
  await creation.getByLabel('桶名').fill('journey-photos');
  await creation.getByRole('button', { name: '确定' }).click();
  await page.getByRole('heading', { name: '桶是空的' }).waitFor();

  const upload = async (prefix: string, names: string[]) => {
    await page.getByRole('button', { name: '上传' }).first().click();
    const dialog = page.getByRole('dialog', { name: '上传到桶 journey-photos' });
    await dialog.getByLabel('文件夹').fill(prefix);
    const files = names.map((name) => ({ name, mimeType: 'text/html', buffer: Buffer.from('<script>1</script>') }));
    await dialog.locator('input[type=file]').setInputFiles(files);
    if (prefix === '') await look(page, 'buckets-upload');
    await dialog.getByRole('button', { name: '上传', exact: true }).last().click();
    await dialog.waitFor({ state: 'detached' });
  };
  await upload('', ['page.html', HOSTILE.replaceAll('/', '')]);
  await upload('2026/may/', ['note.txt']);
  await page.getByRole('cell', { name: HOSTILE }).waitFor();
  await look(page, 'buckets-objects');

  const download = page.waitForEvent('download');
  await page
    .getByRole('row', { name: /page\.html/ })
    .getByRole('button', { name: '下载' })
    .click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('page.html');
  // another origin than the console
  expect(new URL(saved.url()).origin).not.toBe(new URL(page.url()).origin);

  await page.getByRole('button', { name: '2026/' }).click();
  await page.getByRole('button', { name: 'may/' }).click();
  const note = page.getByRole('row', { name: /note\.txt/ });
  await note.getByRole('button', { name: '删除' }).click();
  const removal = page.getByRole('dialog', { name: '删除对象？' });
  await removal.getByText('2026/may/note.txt 将被删除，且无法恢复。').waitFor();
  await removal.getByRole('button', { name: '确认' }).click();
  await note.waitFor({ state: 'detached' });

  visitor.expectComplaint(/409/);
  await page.getByRole('link', { name: '全部桶' }).click();
  const bucket = page.getByRole('row', { name: /journey-photos/ });
  await bucket.getByRole('button', { name: '删除' }).click();
  await page.getByRole('dialog', { name: '删除桶 journey-photos？' }).getByRole('button', { name: '确认' }).click();
  await page.getByRole('alert').getByText('删除桶 journey-photos 失败').waitFor();
  await look(page, 'buckets');
});

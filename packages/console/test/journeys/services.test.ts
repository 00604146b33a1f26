import { expect } from 'vitest';
import { deploy, runtimeOf } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

const HOSTILE = '<img src=x onerror=alert(1)>';

journey(
  'a topic gets a subscription, publishes a message and is deleted with its name',
  async ({ platform, visit }) => {
    const files = { 'index.js': 'exports.handler = async () => "ok";' };
    await deploy(platform, { name: 'journey-notified', files, runtime: await runtimeOf(platform, 'Node.js') });
    const visitor = await visit();
    const { page } = visitor;
    await page.route(/\/notifications\/topics\?/, (route) =>
      route.fulfill({ json: { request_id: 'r', topic_count: 0, topics: [] } }),
    );
    await visitor.open('/topics');
    await page.getByRole('heading', { name: '还没有主题' }).waitFor();
    await look(page, 'topics-empty');
    await page.unroute(/\/notifications\/topics\?/);

    await page.getByRole('button', { name: '创建主题' }).click();
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

    await page.getByRole('button', { name: '添加订阅' }).click();
    const subscription = page.getByRole('dialog', { name: '订阅主题 journey-orders' });
    await subscription.getByRole('button', { name: '确定' }).click();
    await subscription.getByText('请选择函数').waitFor();
    await subscription.getByLabel('函数', { exact: true }).fill('journey-notified');
    await page.getByTitle('default / journey-notified').click();
    await subscription.getByLabel('备注').fill('first');
    await look(page, 'topics-subscribe');
    await subscription.getByRole('button', { name: '确定' }).click();
    const row = page.getByRole('row', { name: /journey-notified/ });
    expect(await row.textContent()).toMatch(/^函数default \/ journey-notified : latest已确认–first取消订阅$/);
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

  await page.getByRole('button', { name: '创建通道' }).click();
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
  await send(HOSTILE);
  const notice = await page.getByText(/已保存为分区 [01] 的第 0 条记录/).textContent();
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

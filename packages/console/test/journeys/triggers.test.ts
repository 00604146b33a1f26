import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { deploy, project, runtimeOf } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

const FILES = { 'index.js': 'exports.handler = async (event, context) => event;' };

const addressOf = (name: string, section: string) => `/functions/${name}?tab=settings&section=${section}`;

async function choose(page: Page, within: Locator, label: string, option: string): Promise<void> {
  await within.getByRole('combobox', { name: label }).press('Enter');
  await page.getByTitle(option, { exact: true }).last().click();
}

journey('triggers are made from the form of their kind, switched and deleted', async ({ platform, visit }) => {
  const name = 'journey-triggered';
  const runtime = await runtimeOf(platform, 'Node.js');
  await deploy(platform, { name, files: FILES, runtime });
  await deploy(platform, { name: 'journey-chatty', files: FILES, runtime });
  const { exitCode, stderr } = await platform.fgs(['versions', 'publish', name, '--name', 'v1']);
  expect(exitCode, stderr).toBe(0);
  const params = project(platform);
  await platform.api.call('createTopic', { params, body: { name: 'journey-news' } });
  await platform.api.call('createStream', { params, body: { stream_name: 'journey-river' } });

  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(addressOf(name, 'triggers'));
  const triggers = page.getByRole('tabpanel', { name: '触发器' });
  await triggers.getByRole('heading', { name: '还没有触发器' }).waitFor();
  await look(page, 'triggers-empty');
  const open = async (kind: string) => {
    await triggers.getByRole('button', { name: '创建触发器' }).click();
    const dialog = page.getByRole('dialog', { name: '创建触发器' });
    await choose(page, dialog, '触发器类型', kind);
    return dialog;
  };
  const confirm = async (dialog: Locator) => {
    await dialog.getByRole('button', { name: '确定' }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  const rowOf = (kind: string) => triggers.getByRole('row', { name: kind });

  const timer = await open('定时触发器 (TIMER)');
  await timer.getByText('定时触发始终为异步调用').waitFor();
  await timer.getByRole('spinbutton', { name: '固定频率' }).fill('61');
  await timer.getByText('分钟的范围是1-60').waitFor();
  await timer.getByRole('spinbutton', { name: '固定频率' }).fill('5');
  await timer.getByText('每5分钟', { exact: true }).waitFor();
  expect(await timer.getByRole('listitem').count()).toBe(5);
  await timer.getByText('Cron表达式').click();
  const cron = timer.getByRole('textbox', { name: 'Cron表达式' });
  await cron.fill('0 60 8 * * ?');
  await timer.getByText('“60”不符合“分”字段的格式：取值 0 至 59').waitFor();
  await look(page, 'trigger-cron-wrong');
  await timer.getByRole('button', { name: '工作日 9:30' }).click();
  await timer.getByRole('combobox', { name: '时区' }).fill('Asia/Shang');
  await page.getByTitle('Asia/Shanghai').click();
  await timer.getByText('每星期一至星期五 09:30').waitFor();
  await timer.getByText('接下来五次触发时间（Asia/Shanghai）').waitFor();
  expect(await timer.getByRole('listitem').first().textContent()).toMatch(/09:30:00$/);
  await timer.getByRole('textbox', { name: '附加信息' }).fill('{"job": "morning"}');
  await timer.getByRole('switch', { name: '是否开启' }).click();
  await look(page, 'trigger-timer');
  await confirm(timer);
  await rowOf('TIMER').getByText('CRON_TZ=Asia/Shanghai 0 30 9 ? * MON-FRI').waitFor();
  await rowOf('TIMER').getByText('已停用').waitFor();
  await rowOf('TIMER').getByRole('button', { name: '启用' }).click();
  await rowOf('TIMER').getByText('已启用').waitFor();
  await rowOf('TIMER').getByRole('button', { name: '编辑' }).click();
  const changed = page.getByRole('dialog', { name: '编辑触发器' });
  expect(await changed.getByRole('textbox', { name: '附加信息' }).inputValue()).toBe('{"job": "morning"}');
  await changed.getByText('固定频率', { exact: true }).first().click();
  await changed.getByRole('spinbutton', { name: '固定频率' }).fill('7');
  await look(page, 'trigger-edit');
  await changed.getByRole('button', { name: /保.?存/ }).click();
  await rowOf('TIMER').getByText('每7分钟').waitFor();

  const gateway = await open('API网关服务（APIG专享版）');
  await gateway.getByRole('textbox', { name: '路径' }).fill('users');
  await gateway.getByText('路径格式不正确').waitFor();
  await gateway.getByRole('textbox', { name: '路径' }).fill('/journey/{id}');
  await choose(page, gateway, '请求方式', 'GET');
  await gateway.getByText('App（推荐）').click();
  const shape = '函数返回的结果必须包含 body、statusCode、headers、isBase64Encoded，否则APIG返回500。';
  await gateway.getByText(shape).waitFor();
  await look(page, 'trigger-gateway');
  await confirm(gateway);
  const api = rowOf('APIG专享版');
  await api.getByText(/^http:.*\/api\/.*\/DEFAULT\/journey\/\{id\}$/).waitFor();
  await api.getByRole('button', { name: '复制调用URL' }).waitFor();
  expect(await api.getByRole('button', { name: '停用' }).count()).toBe(0);
  await api.getByRole('button', { name: '编辑' }).click();
  await choose(page, changed, '请求方式', 'PUT');
  await changed.getByRole('button', { name: /保.?存/ }).click();
  await api.getByText('PUT', { exact: true }).waitFor();

  const webhook = await open('事件Webhook (EVENT)');
  await webhook.getByRole('combobox', { name: '事件类型' }).fill('com.example.order.*,');
  await confirm(webhook);
  const secret = page.getByRole('dialog', { name: 'event 的密钥' });
  const value = secret.locator('code').last();
  const before = await value.textContent();
  await look(page, 'trigger-secret');
  await secret.getByRole('button', { name: '更换' }).click();
  await expect.poll(() => value.textContent()).not.toBe(before);
  await page.keyboard.press('Escape');
  await secret.waitFor({ state: 'detached' });
  await rowOf('EVENT').getByText('com.example.order.*').waitFor();

  const topic = await open('消息通知服务 (SMN)');
  await choose(page, topic, '主题名称', 'journey-news');
  await confirm(topic);
  await rowOf('SMN').getByRole('link', { name: 'journey-news' }).click();
  await page.getByRole('heading', { name: 'journey-news' }).waitFor();
  await page.goBack();
  const stream = await open('数据接入服务 (DIS)');
  await choose(page, stream, '通道名称', 'journey-river');
  await confirm(stream);
  const river = rowOf('DIS').getByRole('link', { name: 'journey-river' });
  expect(await river.getAttribute('href')).toBe('/console/streams/journey-river');
  const log = await open('云日志服务 (LTS)');
  await choose(page, log, '函数日志', 'default / journey-chatty');
  await confirm(log);
  await rowOf('LTS').waitFor();

  // a bucket that does not exist; nothing typed is lost
  visitor.expectComplaint(/426/);
  const bucket = await open('对象存储服务 (OBS)');
  await bucket.getByRole('combobox', { name: '桶' }).fill('journey-nowhere');
  await bucket.getByRole('button', { name: '确定' }).click();
  await page
    .getByRole('alert')
    .getByText(/journey-nowhere/)
    .waitFor();
  await look(page, 'trigger-refused');
  for (const [kind, field] of [
    ['云审计服务 (CTS)', '自定义操作'],
    ['分布式消息服务 Kafka (KAFKA)', '连接地址'],
    ['开源 Kafka (OPENSOURCEKAFKA)', '连接地址'],
    ['分布式消息服务 RabbitMQ (RABBITMQ)', '交换机名称'],
  ] as const) {
    await choose(page, bucket, '触发器类型', kind);
    await bucket.getByText(field, { exact: true }).waitFor();
  }
  await bucket.getByRole('button', { name: '确定' }).click();
  await bucket.getByText('请填写交换机名称').waitFor();
  await bucket.getByRole('button', { name: '取消' }).click();
  await look(page, 'triggers');

  await rowOf('TIMER').getByRole('button', { name: '删除' }).click();
  const deletion = page.getByRole('dialog', { name: '删除触发器 timer？' });
  await deletion.getByRole('button', { name: '确认' }).click();
  await rowOf('TIMER').waitFor({ state: 'detached' });

  await page.getByRole('combobox', { name: '选择函数版本' }).press('Enter');
  await page.getByTitle('v1', { exact: true }).click();
  await triggers.getByRole('heading', { name: '还没有触发器' }).waitFor();
  await triggers.getByText('触发本函数的 v1。').waitFor();
});

journey('an HTTP function has triggers of gateways only', async ({ platform, visit }) => {
  const name = 'journey-pages';
  await deploy(platform, { name, files: { bootstrap: '#!/bin/sh' }, runtime: 'http', handler: '-' });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(addressOf(name, 'triggers'));
  await page.getByText(`fgs triggers create ${name} --type APIG --path /${name}`).waitFor();
  await page.getByRole('button', { name: '创建触发器' }).click();
  const dialog = page.getByRole('dialog', { name: '创建触发器' });
  expect(await dialog.getByText('调用方式').count()).toBe(0);
  await dialog.getByRole('combobox', { name: '触发器类型' }).press('Enter');
  expect(await page.locator('.ant-select-item-option').allTextContents()).toEqual([
    'API网关服务（APIG专享版）',
    'API网关服务（APIG共享版）',
  ]);
});

journey(
  'asynchronous calls get retries and destinations, and what failed is sent again',
  async ({ platform, visit }) => {
    const name = 'journey-async';
    const runtime = await runtimeOf(platform, 'Node.js');
    const failing = { 'index.js': "exports.handler = async (event, context) => { throw new Error('not today'); };" };
    const urn = await deploy(platform, { name, files: failing, runtime });
    const other = await deploy(platform, { name: 'journey-receiver', files: FILES, runtime });
    const back = JSON.stringify({ func_urn: `${urn}:latest` });
    await platform.api.call('updateFunctionAsyncInvokeConfig', {
      params: { ...project(platform), function_urn: other },
      body: { destination_config: { on_success: { destination: 'FunctionGraph', param: back } } },
    });

    const visitor = await visit();
    const { page } = visitor;
    await visitor.open(addressOf(name, 'async'));
    const section = page.getByRole('tabpanel', { name: '异步配置' });
    await section.getByText('1（未配置）').waitFor();
    await section.getByText('没有死信').waitFor();
    await look(page, 'async-empty');
    await section.getByRole('button', { name: '通知示例' }).click();
    await page.getByText('"approximate_invoke_count": 0').waitFor();
    await look(page, 'async-sample');
    await page.keyboard.press('Escape');

    await section.getByRole('button', { name: '配置异步调用' }).click();
    const dialog = page.getByRole('dialog', { name: '配置异步调用' });
    const age = dialog.getByRole('spinbutton', { name: '消息最大有效期（s）' });
    await dialog.getByRole('spinbutton', { name: '最大重试次数' }).fill('0');
    await age.fill('90000');
    await dialog.getByText('取值范围 1 ～ 86400').waitFor();
    await age.fill('600');
    const success = dialog.getByRole('group', { name: '成功时通知' });
    await choose(page, success, '目标服务', '函数工作流');
    await choose(page, success, '函数和版本', 'default / journey-receiver');
    await dialog.getByText('journey-receiver 的结果又通知 journey-async，形成循环').waitFor();
    const failure = dialog.getByRole('group', { name: '失败时通知' });
    for (const [kind, field] of [
      ['对象存储服务', '桶'],
      ['消息通知服务', '主题'],
      ['数据接入服务', '通道'],
      ['Webhook', '地址'],
    ] as const) {
      await choose(page, failure, '目标服务', kind);
      await failure.getByText(field, { exact: true }).waitFor();
    }
    await dialog.getByRole('button', { name: '确定' }).click();
    await failure.getByText('请填写地址').waitFor();
    await look(page, 'async-dialog');
    await failure.getByRole('textbox', { name: '地址' }).fill('https://example.com/failed');
    await dialog.getByRole('button', { name: '确定' }).click();
    await page.getByText('配置异步调用成功').waitFor();
    await section.getByText('Webhook: https://example.com/failed').waitFor();
    await section.getByText(/^函数工作流: urn:fss:.*:journey-receiver:latest$/).waitFor();
    await section.getByRole('button', { name: '清除配置' }).click();
    await page.getByRole('dialog', { name: '清除异步配置？' }).getByRole('button', { name: '取消' }).click();
    // the failure stays here
    await platform.api.call('updateFunctionAsyncInvokeConfig', {
      params: { ...project(platform), function_urn: urn },
      body: { max_async_retry_attempts: 0 },
    });

    const { exitCode, stderr } = await platform.fgs(['functions', 'invoke', name, '--async', '--data', '{"order": 7}']);
    expect(exitCode, stderr).toBe(0);
    const letters = async () => {
      const query = { function_urn: urn };
      const { data } = await platform.api.call('listDeadLetters', { params: project(platform), query });
      return data.dead_letters.map(({ redrive_of }) => redrive_of !== '');
    };
    await expect.poll(letters).toEqual([false]);
    await visitor.open(addressOf(name, 'async'));
    const row = section.getByRole('row', { name: /函数执行失败/ });
    await row.getByText(/not today/).waitFor();
    await look(page, 'dead-letters');
    await row.getByRole('button', { name: '查看' }).click();
    const letter = page.getByRole('dialog', { name: '死信详情' });
    await letter.getByText('"order": 7').waitFor();
    await look(page, 'dead-letter');
    await page.keyboard.press('Escape');
    await letter.waitFor({ state: 'detached' });
    await row.getByRole('button', { name: '重新投递', exact: true }).click();
    await page.getByText(/^重新投递成功，请求ID为 [0-9a-f-]{36}$/).waitFor();
    await expect.poll(letters).toEqual([true]);
    await visitor.open(addressOf(name, 'async'));
    await row.getByRole('button', { name: '删除', exact: true }).click();
    await page.getByRole('dialog', { name: '删除死信？' }).getByRole('button', { name: '确认' }).click();
    await section.getByText('没有死信').waitFor();
  },
);

import { chownSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { call, deploy, invoke, runtimeOf, target } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

/** Made on no machine: other journeys would lose their connections while its bridge is made. */
const NETWORK = {
  name: 'backend',
  vpc_id: 'vpc-1',
  subnet_id: 'subnet-1',
  cidr: '10.20.0.0/24',
  gateway: '10.20.0.1',
  nat: false,
  interface: '',
  bridge: 'fgn0',
  problem: '',
  used_by: [],
  created_at: '2026-11-27T12:00:00Z',
};
/** To whom files of functions belong unless said otherwise. */
const FUNCTION_USER = 1003;

const FILES = {
  'index.js': [
    "const fs = require('node:fs');",
    "let ready = '';",
    "exports.initializer = (context, callback) => { ready = 'initialised'; callback(null, ''); };",
    'exports.handler = async (event, context) => {',
    "  if (fs.existsSync('/mnt/files')) fs.writeFileSync('/mnt/files/call.txt', 'called');",
    '  return answer(context);',
    '};',
    'const answer = (context) => ({',
    '  memory: context.getMemorySize(),',
    "  host: context.getUserData('HOST'),",
    "  token: context.getUserData('TOKEN'),",
    '  hasKey: Boolean(context.getSecurityAccessKey()),',
    '  ready,',
    '});',
    '',
  ].join('\n'),
};

journey(
  'settings are changed by section, ask before they are lost, and count for the next call',
  async ({ platform, visit }) => {
    const name = 'journey-settings';
    const urn = await deploy(platform, { name, files: FILES, runtime: await runtimeOf(platform, 'Node.js') });
    const { exitCode, stderr } = await platform.fgs(['versions', 'publish', name, '--name', 'v1']);
    expect(exitCode, stderr).toBe(0);

    const visitor = await visit();
    const { page } = visitor;
    await visitor.open(`/functions/${name}`);
    await page.getByRole('link', { name: '编辑', exact: true }).click();
    const general = page.getByRole('tabpanel', { name: '常规设置' });
    const timeout = general.getByRole('spinbutton', { name: '执行超时时间（秒）' });
    await timeout.waitFor();
    expect(await general.getByRole('textbox', { name: '所属应用' }).isEditable()).toBe(false);
    expect(await general.getByRole('button', { name: '保存' }).isDisabled()).toBe(true);
    expect(await page.getByRole('tab').allTextContents()).toEqual([
      ...['代码', '设置', '版本', '别名', '监控'],
      ...['常规设置', '触发器', '权限', 'VPC', '磁盘挂载', '环境变量', '并发', '异步配置', '高级设置'],
    ]);
    await look(page, 'settings-general');

    await timeout.fill('901');
    await general.getByText('取值范围 3 ～ 900').first().waitFor();
    await timeout.fill('120');
    await general.getByText('同步调用超过 90 秒时连接可能中断，建议使用异步调用。').waitFor();
    await general.getByRole('combobox', { name: '内存（MB）' }).press('Enter');
    await page.getByTitle('256', { exact: true }).click();
    const handler = general.getByRole('textbox', { name: '函数执行入口' });
    await handler.fill('no handler');
    await general.getByRole('textbox', { name: '描述' }).fill('counts <b>everything</b>');
    await page.getByRole('tab', { name: '常规设置 有未保存的修改' }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: '函数列表' }).first().click();
    const leaving = page.getByRole('dialog', { name: '设置未保存，确认离开？' });
    await leaving.getByText('以下设置的修改未保存，离开后将丢失：常规设置。').waitFor();
    await look(page, 'settings-leave');
    await leaving.getByRole('button', { name: '取消' }).click();

    visitor.expectComplaint(/400/);
    await general.getByRole('button', { name: '保存' }).click();
    await general.getByText('handler must have the form [file].[function], such as index.handler').first().waitFor();
    await look(page, 'settings-refused');
    await handler.fill('index.handler');
    await general.getByRole('button', { name: '保存' }).click();
    await page.getByText('保存常规设置成功').waitFor();
    await page.getByRole('tab', { name: '常规设置', exact: true }).waitFor();
    expect((await invoke(platform, urn)).json).toMatchObject({ memory: '256' });

    await page.getByRole('combobox', { name: '选择函数版本' }).press('Enter');
    await page.getByTitle('v1', { exact: true }).click();
    await page.getByText('版本 v1 已发布，不能再修改代码和设置。').waitFor();
    expect(await timeout.inputValue()).toBe('10');
    expect(await timeout.isDisabled()).toBe(true);
    expect(await general.getByRole('button', { name: '保存' }).count()).toBe(0);
    await look(page, 'settings-version');
  },
);

journey('agency, variables, concurrency and initializer count for the next call', async ({ platform, visit }) => {
  const name = 'journey-surroundings';
  const urn = await deploy(platform, { name, files: FILES, runtime: await runtimeOf(platform, 'Node.js') });
  for (const args of [['journey-caller', '--policy', 'FunctionGraph CommonOperations'], ['journey-powerless']]) {
    const { exitCode, stderr } = await platform.fgs(['iam', 'agencies', 'create', ...args]);
    expect(exitCode, stderr).toBe(0);
  }
  const visitor = await visit();
  const { page } = visitor;
  const section = (title: string) => page.getByRole('tabpanel', { name: title });
  const save = async (title: string) => {
    await section(title).getByRole('button', { name: '保存' }).click();
    await page.getByText(`保存${title}成功`).waitFor();
    await page.getByRole('tab', { name: title, exact: true }).waitFor();
  };

  await visitor.open(`/functions/${name}?tab=settings&section=permissions`);
  const permissions = section('权限');
  await permissions.getByRole('combobox', { name: '函数配置委托' }).press('Enter');
  await page.getByTitle('journey-powerless', { exact: true }).click();
  await permissions.getByText('journey-powerless 没有任何权限，代码无法用它访问其他服务。').waitFor();
  const create = permissions.getByRole('link', { name: '创建委托' });
  expect(await create.getAttribute('href')).toBe('/console/agencies?create=1');
  await permissions.getByRole('checkbox', { name: '为函数执行单独设置委托' }).click();
  await permissions.getByRole('combobox', { name: '函数执行委托' }).press('Enter');
  await page.getByTitle('journey-caller', { exact: true }).last().click();
  await permissions.getByText('FunctionGraph CommonOperations').waitFor();
  await permissions.getByRole('row', { name: /容器镜像.*SWR Admin/ }).waitFor();
  await look(page, 'settings-permissions');
  await save('权限');

  await page.getByRole('tab', { name: '环境变量' }).click();
  const variables = section('环境变量');
  await variables.getByRole('button', { name: '添加环境变量' }).click();
  const key = variables.getByRole('textbox', { name: '键' });
  await key.fill('RUNTIME_MEMORY');
  await variables.getByText('该键为平台保留，不可使用').waitFor();
  await key.fill('');
  // as from the clipboard, which the browser of a test may not read
  await page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'HOST=smtp.example\\nTOKEN="a secret"');
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }`);
  await variables.getByRole('switch', { name: '加密 TOKEN' }).click();
  await variables.getByText('29 / 4096').waitFor();
  await look(page, 'settings-environment');
  await save('环境变量');
  expect(await variables.getByRole('textbox', { name: 'TOKEN 的值' }).inputValue()).toBe('');
  await key.last().fill('OTHER');
  await variables.getByText('已加密的值无法读取，请重新输入').waitFor();
  await variables.getByRole('button', { name: '放弃修改' }).click();

  await page.getByRole('tab', { name: '并发' }).click();
  const concurrency = section('并发');
  await concurrency.getByRole('spinbutton', { name: '单实例并发数' }).fill('20');
  await concurrency.getByText('请求之间共享全局变量，请加锁保护。').waitFor();
  await concurrency.getByRole('spinbutton', { name: '单函数最大实例数' }).fill('-1');
  await concurrency.getByText('-1：不限制实例数，取决于服务器资源。').waitFor();
  await concurrency.getByRole('switch', { name: '请求排队通道' }).click();
  await look(page, 'settings-concurrency');
  await save('并发');

  await page.getByRole('tab', { name: '高级设置' }).click();
  const advanced = section('高级设置');
  await advanced.getByRole('switch', { name: '配置初始化函数' }).click();
  await advanced.getByRole('textbox', { name: '函数初始化入口' }).fill('index.initializer');
  await advanced.getByRole('switch', { name: '动态内存' }).click();
  await advanced.getByText(/X-Cff-Instance-Memory .*否则返回 FSS\.0406。$/).waitFor();
  await look(page, 'settings-advanced');
  await save('高级设置');
  expect((await call(platform, urn, {}, { 'X-Cff-Instance-Memory': '300' })).status).toBe(406);

  await page.route('**/v1/networks', (route) => route.fulfill({ json: { networks: [NETWORK] } }));
  await page.getByRole('tab', { name: 'VPC' }).click();
  const network = section('VPC');
  await network.getByRole('switch', { name: 'VPC访问' }).click();
  await network.getByText(/函数默认的公网访问将失效/).waitFor();
  await network.getByRole('combobox', { name: 'VPC' }).press('Enter');
  await page.getByTitle('backend', { exact: true }).click();
  await network.getByTitle('backend (10.20.0.0/24)').waitFor();
  await look(page, 'settings-network');
  await network.getByRole('button', { name: '放弃修改' }).click();

  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'funcgraph-journey-')));
  chownSync(folder, FUNCTION_USER, FUNCTION_USER);
  const added = await platform.fgs(['filesystems', 'add', 'journey-files', '--path', folder]);
  expect(added.exitCode, added.stderr).toBe(0);
  await page.getByRole('tab', { name: '磁盘挂载' }).click();
  const mounts = section('磁盘挂载');
  await mounts.getByText(/本平台无需先配置委托和VPC/).waitFor();
  await mounts.getByText(/\/tmp，大小限制为 512 MB/).waitFor();
  await mounts.getByRole('button', { name: '添加挂载' }).click();
  await mounts.getByRole('combobox', { name: '文件系统' }).press('Enter');
  await page.getByTitle(`journey-files (${folder})`).click();
  await mounts.getByRole('textbox', { name: '函数访问路径' }).fill('/mnt/files');
  await look(page, 'settings-mounts');
  await save('磁盘挂载');

  const { json } = await invoke(platform, urn, {}, { 'X-Cff-Instance-Memory': '256' });
  expect(json).toEqual({ memory: '256', host: 'smtp.example', token: 'a secret', hasKey: true, ready: 'initialised' });
  const { data } = await platform.api.call('showFunctionConfig', { params: target(platform, urn) });
  expect(data.strategy_config).toEqual({ concurrent_num: 20, concurrency: -1 });
  expect(data.enable_lanes).toBe(false);
  expect(readFileSync(join(folder, 'call.txt'), 'utf8')).toBe('called');
  await mounts.getByRole('button', { name: '删除挂载 /mnt/files' }).click();
  await save('磁盘挂载');
  rmSync(folder, { recursive: true });
});

journey('a Java function gets a heartbeat', async ({ platform, visit }) => {
  const name = 'journey-heartbeat';
  const urn = await deploy(platform, {
    name,
    files: { 'demo/App.class': '' },
    runtime: await runtimeOf(platform, 'Java'),
    handler: 'demo.App.handle',
  });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(`/functions/${name}?tab=settings&section=advanced`);
  const advanced = page.getByRole('tabpanel', { name: '高级设置' });
  await advanced.getByRole('switch', { name: '配置心跳函数' }).click();
  await advanced.getByText('每 5 秒执行一次，超时时间 3 秒，连续 6 次失败后实例结束。').waitFor();
  const save = advanced.getByRole('button', { name: '保存' });
  const handler = advanced.getByRole('textbox', { name: '心跳函数入口' });
  await handler.fill(`demo.App.${'b'.repeat(120)}`);
  await advanced.getByText('不超过 128 个字符').waitFor();
  await handler.fill('heartbeat');
  visitor.expectComplaint(/400/);
  await save.click();
  await advanced.getByText(/heartbeat_handler must have the form/).waitFor();
  await look(page, 'settings-heartbeat');
  await handler.fill('demo.App.heartbeat');
  await save.click();
  await page.getByText('保存高级设置成功').waitFor();
  const heartbeat = async () =>
    (await platform.api.call('showFunctionConfig', { params: target(platform, urn) })).data.heartbeat_handler;
  expect(await heartbeat()).toBe('demo.App.heartbeat');

  await advanced.getByRole('switch', { name: '配置心跳函数' }).click();
  await save.click();
  await expect.poll(heartbeat).toBe('');
});

journey('a function is exported, disabled, enabled and deleted by its menu', async ({ platform, visit }) => {
  const name = 'journey-menu';
  const urn = await deploy(platform, { name, files: FILES, runtime: await runtimeOf(platform, 'Node.js') });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open(`/functions/${name}?tab=settings`);
  const choose = async (item: string) => {
    await page.getByRole('button', { name: '操作' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const [download] = await Promise.all([page.waitForEvent('download'), choose('导出函数')]);
  expect(download.suggestedFilename()).toMatch(/^journey-menu\w+\.zip$/);

  await choose('禁用函数');
  const dialog = page.getByRole('dialog', { name: '禁用函数' });
  await dialog.waitFor();
  await look(page, 'function-disable');
  await dialog.getByRole('button', { name: '确认' }).click();
  await page.getByText(`禁用函数 ${name} 成功`).waitFor();
  await page.getByRole('tab', { name: '代码' }).click();
  visitor.expectComplaint(/429/);
  await page.getByRole('region', { name: '测试', exact: true }).getByRole('button', { name: '测试' }).click();
  await page
    .getByText('Your request has been controlled by overload sdk, please retry later', { exact: true })
    .waitFor();
  await page.getByText(/^FSS\.0429/).waitFor();
  await look(page, 'function-overloaded');
  await page.getByRole('tab', { name: '设置', exact: true }).click();
  await choose('启用函数');
  await page.getByText(`启用函数 ${name} 成功`).waitFor();
  expect((await invoke(platform, urn)).json).toMatchObject({ memory: '128' });

  await choose('删除函数');
  const removal = page.getByRole('dialog', { name: '删除函数' });
  await removal.getByText('函数的代码、版本、别名、触发器和测试事件将一并删除，且无法恢复。').waitFor();
  await removal.getByRole('textbox').fill(name);
  await removal.getByRole('button', { name: '确认' }).click();
  await page.getByText(`删除函数 ${name} 成功`).waitFor();
  await page.waitForURL(/\/functions$/);
});

import { expect } from 'vitest';
import { deploy, invoke, runtimeOf } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

const FILES = {
  'index.js': [
    'exports.handler = async (event, context) => ({',
    '  memory: context.getMemorySize(),',

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
    await page.getByRole('tab', { name: '设置' }).click();
    const general = page.getByRole('tabpanel', { name: '常规设置' });
    const timeout = general.getByRole('spinbutton', { name: '执行超时时间（秒）' });
    await timeout.waitFor();
    expect(await general.getByRole('textbox', { name: '所属应用' }).isEditable()).toBe(false);
    expect(await general.getByRole('button', { name: '保存' }).isDisabled()).toBe(true);
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

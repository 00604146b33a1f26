import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { PATIENCE } from '../../../../tests/functions.ts';
import { loadImage, staticBusybox, webImage } from '../../../../tests/images.ts';
import { FreshServer } from '../fresh-server.ts';
import { journey as base, look, Platform } from '../journey.ts';

/** The quick starts of the guide, as a person does them on a new machine: by mouse, with the keyboard for texts only. */
const journey = base.extend<{ readonly fresh: FreshServer }>({
  fresh: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from the pattern
    async ({}, use) => {
      await using fresh = await FreshServer.start();
      await use(fresh);
    },
    { scope: 'file' },
  ],
});

const MOST_BYTES = 300 * 1024;
/** Draws the charts, once their figures are there. */
const LATER = /canvas-[\w-]+\.js$/;
/** A machine that does much else takes longer than the second of the design. */
const MOST_MS = 60_000;

const CODE = `exports.handler = async (event, context) => {
  context.getLogger().info('asked for ' + event.name);
  return { greeting: 'Good day, ' + event.name };
};
`;

const testPane = (page: Page) => page.getByRole('region', { name: '测试', exact: true });

async function replaceText(page: Page, name: string | RegExp, text: string): Promise<void> {
  await page.getByRole('textbox', { name }).last().click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** Opens the dialog of a new test event and fills in all but the event. */
async function configureEvent(page: Page, template: string, name: string): Promise<Locator> {
  await testPane(page).getByRole('combobox', { name: '请选择测试事件' }).click();
  await page.getByTitle('配置测试事件', { exact: true }).click();
  const dialog = page.getByRole('dialog', { name: '配置测试事件' });
  await dialog.getByText('创建新的测试事件').click();
  await dialog.getByRole('combobox', { name: '事件模板' }).click();
  await page.getByTitle(template, { exact: true }).last().click();
  await dialog.getByRole('textbox', { name: '事件名称' }).click();
  await page.keyboard.insertText(name);
  return dialog;
}

/** Saves the event of the dialog and runs the function with it. */
async function runEvent(page: Page, dialog: Locator, name: string): Promise<void> {
  const pane = testPane(page);
  await dialog.getByRole('button', { name: /创.?建/ }).click();
  await pane.getByTitle(name).waitFor();
  await pane.getByRole('button', { name: '测试', exact: true }).click();
  await pane.getByText('执行成功').waitFor();
}

journey(
  'the link that a first start prints leads to a first screen of few bytes',
  async ({ fresh, visit, annotate }) => {
    const { page } = await visit({ signedIn: false, at: new Platform(fresh) });
    const sizes: Promise<number>[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.startsWith('/console/') || LATER.test(pathname)) return;
      sizes.push(
        response
          .request()
          .sizes()
          .then(({ responseBodySize }) => responseBodySize),
      );
    });
    const begin = performance.now();
    await page.goto(fresh.link);
    await page.getByRole('region', { name: '函数数量' }).getByText('配额 400').waitFor();
    const ms = performance.now() - begin;
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    await annotate(`first screen: ${Math.round(ms)} ms, ${Math.ceil(bytes / 1024)} KB of ${sizes.length} files`);
    expect(sizes.length).toBeGreaterThan(5);
    expect(bytes).toBeGreaterThan(100 * 1024);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    expect(ms).toBeLessThan(MOST_MS);
    await look(page, 'quick-start-overview');
  },
);

journey(
  'a function is created, written, tested, watched and deleted by mouse on a fresh server',
  async ({ fresh, visit }) => {
    const visitor = await visit({ at: new Platform(fresh) });
    const { page } = visitor;
    await visitor.open('/overview');
    await page.getByRole('navigation').getByRole('link', { name: '函数列表' }).click();
    // what the first start has shown on its terminal
    await page.getByRole('link', { name: 'hello', exact: true }).waitFor();
    await page.getByRole('button', { name: '创建函数' }).first().click();
    await page.getByText('创建空白函数').waitFor();
    await page.getByText('事件函数').click();
    await page.getByRole('textbox', { name: '函数名称' }).click();
    await page.keyboard.insertText('HelloWorld');
    await page.getByRole('combobox', { name: '运行时' }).click();
    await page
      .locator('.ant-select-item-option:not(.ant-select-item-option-disabled)')
      .filter({ hasText: /^Node\.js/ })
      .first()
      .click();
    const runtime = page.locator('.ant-form-item').filter({ has: page.getByRole('combobox', { name: '运行时' }) });
    await runtime
      .getByText(/^Node\.js/)
      .filter({ visible: true })
      .first()
      .waitFor();
    await page.getByRole('button', { name: '创建函数' }).click();
    await page.waitForURL(/\/console\/functions\/HelloWorld$/);

    await replaceText(page, 'index.js 的代码', CODE);
    await page.getByText('1 处修改未部署').waitFor();
    await page.getByRole('button', { name: '部署', exact: true }).click();
    await page.getByText('部署代码成功').waitFor();
    await page.getByText('所有修改均已部署').waitFor();

    const pane = testPane(page);
    const dialog = await configureEvent(page, '空白模板', 'even-123test');
    await replaceText(page, '测试事件', '{"name": "Ada"}');
    await runEvent(page, dialog, 'even-123test');
    await pane
      .getByRole('region', { name: '函数返回' })
      .getByText(/Good day, Ada/)
      .waitFor();
    await pane.getByRole('region', { name: '日志' }).getByText('asked for Ada').waitFor();
    await pane.getByRole('region', { name: '执行摘要' }).getByText('冷启动').waitFor();
    await look(page, 'quick-start-tested');

    await page.getByRole('tab', { name: '监控' }).click();
    const calls = page.getByRole('region', { name: '调用次数', exact: true });
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: '刷新', exact: true }).click();
        return calls.textContent();
      }, PATIENCE)
      .toMatch(/^调用次数1次/);
    await page.getByText('请求日志').click();
    await page.getByRole('tabpanel', { name: '监控' }).getByText('asked for Ada').waitFor();

    await page.getByRole('button', { name: '操作' }).click();
    await page.getByRole('menuitem', { name: '删除函数' }).click();
    const deletion = page.getByRole('dialog', { name: '删除函数' });
    await deletion.getByRole('textbox').click();
    await page.keyboard.insertText('HelloWorld');
    await deletion.getByRole('button', { name: '确认' }).click();
    await page.getByText('删除函数 HelloWorld 成功').waitFor();
    await page.getByRole('link', { name: 'hello', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'HelloWorld' }).count()).toBe(0);
  },
);

journey('a template becomes a function by mouse on a fresh server', async ({ fresh, visit }) => {
  const visitor = await visit({ at: new Platform(fresh) });
  const { page } = visitor;
  await visitor.open('/overview');
  await page.getByRole('navigation').getByRole('link', { name: '函数模板' }).click();
  await page.getByRole('button', { name: '使用模板 context使用指导' }).click();
  await page.getByText(/内存 256 MB/).waitFor();
  await page.getByRole('textbox', { name: '函数名称' }).click();
  await page.keyboard.insertText('context');
  await page.getByRole('button', { name: '创建函数' }).click();
  const pane = testPane(page);
  await pane.getByRole('button', { name: '测试', exact: true }).click();
  await pane.getByText('执行成功').waitFor();
});

const busybox = staticBusybox();

journey.skipIf(busybox === undefined)(
  'an image becomes an HTTP function by mouse on a fresh server, which a saved test event calls',
  async ({ fresh, visit }) => {
    const platform = new Platform(fresh);
    await loadImage(platform, webImage('journey/web:1', busybox ?? ''));
    const visitor = await visit({ at: platform });
    const { page } = visitor;
    await visitor.open('/overview');
    await page.getByRole('navigation').getByRole('link', { name: '函数列表' }).click();
    await page.getByRole('button', { name: '创建函数' }).first().click();
    await page.getByText('容器镜像', { exact: true }).first().click();
    await page.getByText('HTTP函数', { exact: true }).click();
    await page.getByText('镜像中的 Web 服务处理所有请求。').waitFor();
    await page.getByRole('textbox', { name: '函数名称' }).click();
    await page.keyboard.insertText('web');
    await page.getByRole('button', { name: '查看镜像' }).click();
    await page
      .getByRole('dialog', { name: '查看镜像' })
      .getByRole('button', { name: /journey\/web:1$/ })
      .click();
    await page.getByText(/^fgs functions create web --runtime http --handler - --image \S*journey\/web:1$/).waitFor();
    await page.getByRole('button', { name: '创建函数' }).click();

    const pane = testPane(page);
    // a request, which its server answers
    await pane.getByRole('textbox', { name: '测试事件' }).getByText('"httpMethod"').waitFor();
    const dialog = await configureEvent(page, 'apig-event-template', 'helloworld');
    await dialog.getByRole('textbox', { name: '测试事件' }).getByText('"requestContext"').waitFor();
    await replaceText(page, '测试事件', '{"httpMethod": "GET", "path": "/hello.txt", "headers": {}, "body": ""}');
    await look(page, 'function-configure-event');
    await runEvent(page, dialog, 'helloworld');
  },
);

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { deploy, runtimeOf } from '../../../../tests/functions.ts';
import { journey, look } from '../journey.ts';

journey('signing in by name and password returns to the page that was asked for', async ({ platform, visit }) => {
  const visitor = await visit({ signedIn: false });
  const { page } = visitor;
  visitor.expectComplaint(/401/);
  await visitor.open('/functions?q=a');
  await page.getByRole('heading', { name: '登录' }).waitFor();
  await look(page, 'sign-in');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByText('请输入用户名').waitFor();
  await look(page, 'sign-in-missing');

  await page.getByLabel('用户名').fill(platform.credentials.user);
  await page.getByLabel('密码', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByText('用户名或密码错误。').waitFor();
  await look(page, 'sign-in-wrong');
  await page.getByLabel('密码', { exact: true }).fill(platform.credentials.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '函数列表' }).waitFor();
  expect(page.url()).toMatch(/\/console\/functions\?q=a$/);
});

journey('guessing a password is slowed down, and the page says so', async ({ visit }) => {
  const visitor = await visit({ signedIn: false });
  const { page } = visitor;
  visitor.expectComplaint(/401|429|503/);
  await visitor.open('/sign-in');
  await page.getByLabel('用户名').fill('journey-guessed');
  const refused = page.getByText('Too many failed logins for this name');
  await page.getByLabel('密码', { exact: true }).fill('wrong');
  await expect
    .poll(async () => {
      await page.getByRole('button', { name: '登录', exact: true }).click();
      await refused.or(page.getByText('用户名或密码错误。')).waitFor();
      return refused.count();
    })
    .toBe(1);
  await look(page, 'sign-in-slowed-down');
});

journey('a link signs in once', async ({ platform, visit }) => {
  const { stdout, stderr } = await platform.fgs(['console']);
  const [link = ''] = /http\S+#token=\S+/.exec(stdout.toString()) ?? [];
  expect(link, stderr).not.toBe('');
  const { page } = await visit({ signedIn: false });
  await page.goto(link);
  await page.getByRole('heading', { name: '总览' }).waitFor();
  expect(page.url()).not.toContain('token');

  const late = await visit({ signedIn: false });
  late.expectComplaint(/401/);
  await late.page.goto(link);
  await late.page.getByText('该登录链接已被使用或已过期').waitFor();
  expect(late.page.url()).not.toContain('token');
  await look(late.page, 'sign-in-link-used');
});

journey('the issuer of the operator signs in a person who is a user here', async ({ platform, visit }) => {
  const signInAs = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name: '使用 Example 登录' }).click();
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
  };
  const visitor = await visit({ signedIn: false });
  const { page } = visitor;
  // the page of the issuer requests a font
  visitor.expectComplaint(/401|fonts/);
  await visitor.open('/functions?q=a');
  await signInAs(page, platform.credentials.user);
  await page.getByRole('heading', { name: '函数列表' }).waitFor();
  expect(page.url()).toMatch(/\/console\/functions\?q=a$/);

  const stranger = await visit({ signedIn: false });
  stranger.expectComplaint(/403|fonts/);
  await stranger.open('/sign-in');
  await signInAs(stranger.page, 'stranger');
  await stranger.page.getByText('此处没有与您同名的用户').waitFor();
  await expect.poll(() => stranger.page.url()).not.toContain('code');
  await look(stranger.page, 'sign-in-no-user');

  await stranger.load('/sign-in?code=stolen&state=stolen');
  await stranger.page.getByText('当前标签页未发起登录').waitFor();
});

journey('signing out ends the session', async ({ visit }) => {
  const visitor = await visit({ signedIn: false });
  const { page } = visitor;
  await visitor.signIn();
  await visitor.open('/functions');
  await page.getByRole('button', { name: 'admin' }).click();
  await page.getByRole('menuitem', { name: '退出登录' }).waitFor();
  await look(page, 'account-menu');
  await page.getByRole('menuitem', { name: '退出登录' }).click();
  await page.getByRole('heading', { name: '登录' }).waitFor();
  visitor.expectComplaint(/401/);
  await visitor.load('/functions');
  await page.getByRole('heading', { name: '登录' }).waitFor();
});

journey('a session that ends meanwhile leads to the sign-in page and back', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/functions?q=unknown');
  await page.context().clearCookies();
  visitor.expectComplaint(/401/);
  await page.getByRole('button', { name: '刷新' }).click();
  await page.getByText('会话已结束').waitFor();
  await look(page, 'sign-in-ended');
  await page.getByLabel('用户名').fill(platform.credentials.user);
  await page.getByLabel('密码', { exact: true }).fill(platform.credentials.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '函数列表' }).waitFor();
});

journey('language, theme and the way of times are kept for the browser', async ({ platform, visit }) => {
  const files = { 'index.js': 'exports.handler = async (event, context) => event;' };
  await deploy(platform, { name: 'journey-timed', files, runtime: await runtimeOf(platform, 'Node.js') });
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/functions');
  await page.getByRole('button', { name: '语言' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Function list' }).waitFor();
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await page.waitForSelector('html[data-theme="dark"]');
  const time = page.getByRole('row', { name: /journey-timed/ }).locator('time');
  expect(await time.textContent()).toMatch(/ UTC$/);
  for (const [way, text] of [
    ['Local', /\d\d:\d\d:\d\d(?! UTC)/],
    ['Relative', /ago$|now/],
  ] as const) {
    await page.getByRole('button', { name: 'Time display' }).click();
    await page.getByRole('menuitem', { name: way }).click();
    await expect.poll(() => time.textContent()).toMatch(text);
  }
  await page.reload();
  await page.getByRole('heading', { name: 'Function list' }).waitFor();
  expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
  expect(await page.getAttribute('html', 'lang')).toBe('en-US');
  await page.getByRole('button', { name: 'Time display' }).click();
  await page.waitForSelector('.ant-dropdown-menu-item-selected:has-text("Relative")');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitem', { name: 'As in the system' }).click();
  for (const colorScheme of ['light', 'dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForSelector(`html[data-theme="${colorScheme}"]`);
  }
  await page.emulateMedia({ colorScheme: null });
});

journey('keys lead everywhere, and a sheet lists them', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/nowhere');
  await page.getByRole('heading', { name: '页面不存在' }).waitFor();
  await look(page, 'not-found');
  const goToFunctions = async () => {
    // the second key counts for 1.5 s, which a busy machine may take
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    return page.getByRole('heading', { name: '函数列表' }).count();
  };
  await expect.poll(goToFunctions).toBe(1);
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: '键盘快捷键' });
  await sheet.waitFor();
  await look(page, 'shortcuts');
  await sheet.getByRole('switch').click();
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('button', { name: '键盘快捷键' }).click();
  await sheet.waitFor();
  expect(await sheet.getByRole('switch').getAttribute('aria-checked')).toBe('false');
});

journey('the navigation shows the entry of the page in a low window', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await page.setViewportSize({ width: 1280, height: 400 });
  await visitor.open('/networks');
  const entry = page.getByRole('link', { name: '网络', exact: true });
  const bottom = async () => {
    const { y = Number.NaN, height = 0 } = (await entry.boundingBox()) ?? {};
    return y + height;
  };
  await expect.poll(bottom).toBeLessThanOrEqual(400);
  expect(await page.evaluate('scrollY')).toBe(0);
});

journey('a lost connection is shown and mended', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/functions');
  visitor.expectComplaint(/ERR_FAILED/);
  const requests = /\/(v\d\/.*|console\/)$/;
  await page.route(requests, (route) => route.abort());
  await page.evaluate('dispatchEvent(new Event("offline"))');
  await page.getByRole('alert').getByText('无法连接服务器').waitFor();
  await look(page, 'offline');
  await page.unroute(requests);
  await page.getByRole('alert').waitFor({ state: 'detached' });
});

journey('on a narrow screen the navigation opens above the page', async ({ platform, visit }) => {
  const runtime = await runtimeOf(platform, 'Node.js');
  const files = { 'index.js': 'exports.handler = async (event, context) => event;' };
  await deploy(platform, { name: 'journey-with-a-name-that-is-wider-than-the-screen', files, runtime });
  const visitor = await visit();
  const { page } = visitor;
  await page.setViewportSize({ width: 390, height: 800 });
  await visitor.open('/functions');
  await page.getByRole('searchbox').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await look(page, 'narrow');
  await page.getByRole('button', { name: '展开导航' }).click();
  await page.getByRole('link', { name: '函数列表' }).waitFor();
  await look(page, 'narrow-navigation');

  // the project is named in full on the smallest phone
  await page.setViewportSize({ width: 320, height: 640 });
  await visitor.load('/functions');
  const place = page.locator('.top-bar-place');
  const project = page.locator('.top-bar b').last();
  expect(await project.textContent()).toBe('default');
  const [around, box] = [await place.boundingBox(), await project.boundingBox()];
  expect(box?.x).toBeGreaterThanOrEqual(around?.x ?? 320);
  expect((box?.x ?? 320) + (box?.width ?? 0)).toBeLessThanOrEqual((around?.x ?? 0) + (around?.width ?? 0));
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  await look(page, 'narrow-smallest');
});

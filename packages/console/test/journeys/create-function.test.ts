import { expect } from 'vitest';
import { idleImage, loadImage } from '../../../../tests/images.ts';
import { journey, look } from '../journey.ts';

journey('a blank function begins with code of its runtime and has a page of its own', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/functions');
  await page.getByRole('button', { name: '创建函数' }).first().click();
  await page.getByRole('heading', { name: '初始代码' }).waitFor();
  await page.getByText('saying hello to').waitFor();
  await look(page, 'create-function');

  await page.getByRole('button', { name: '创建函数' }).click();
  await page.getByText('请输入函数名称').waitFor();
  const name = page.getByRole('textbox', { name: '函数名称' });
  await name.fill('1st');
  await page.getByText(/^可包含字母.*数字结尾$/).waitFor();
  await look(page, 'create-function-invalid');

  await name.fill('journey-blank');
  await page.getByText('HTTP函数').click();
  await page.getByText(/8000 端口/).waitFor();
  await page.getByText('server.js', { exact: true }).waitFor();
  expect(await page.getByRole('combobox', { name: '运行时' }).count()).toBe(0);
  await look(page, 'create-function-http');
  await page.getByText('事件函数').click();

  await page.getByRole('combobox', { name: '运行时' }).click();
  await page.keyboard.type('java');
  await look(page, 'create-function-runtimes');
  await page.keyboard.press('Escape');
  await page.getByText(/^fgs functions init journey-blank --template hello-(node|python)$/).waitFor();
  await page.getByText('cURL', { exact: true }).click();
  await page.getByText(/^curl -X POST http:.*\/fgs\/functions -H .*"func_name":"journey-blank"/).waitFor();
  await page.getByRole('button', { name: '创建函数' }).click();
  await page.getByText('创建函数 journey-blank 成功').waitFor();
  await page.waitForURL(/\/console\/functions\/journey-blank$/);

  const code = page.getByRole('textbox', { name: /^index\.\w+ 的代码$/ });
  await code.click();
  await page.keyboard.press('Control+f');
  await page.getByRole('textbox', { name: '查找' }).fill('Hello, ');
  await page.getByRole('textbox', { name: '替换' }).fill('Good day, ');
  await page.getByRole('button', { name: '全部替换' }).click();
  await page.keyboard.press('Escape');
  await expect.poll(() => code.textContent()).toContain('Good day, ');
});

journey('a template fills code and settings in, and asks only for name and agency', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/create-function');
  await page.getByRole('radio', { name: /使用模板/ }).check({ force: true });
  await page.getByRole('combobox', { name: '选择模板' }).click();
  await page.getByTitle('context使用指导').click();
  await page.getByText(/内存 256 MB/).waitFor();
  const noAgency =
    'Failed to access other services because no temporary AK, SK, or token has been obtained. Please set an agency.';
  await page.getByText(noAgency, { exact: true }).waitFor();
  expect(page.url()).toContain('?way=template&template=context-guide-python');
  await page.getByRole('textbox', { name: '函数名称' }).fill('journey-context');
  await page.getByText(/--timeout 10 --memory 256 --env GREETING=hello/).waitFor();
  await look(page, 'create-function-template');
  await page.getByRole('button', { name: '创建函数' }).click();
  await page.getByText('创建函数 journey-context 成功').waitFor();
  const test = page.getByRole('region', { name: '测试', exact: true });
  await test.getByRole('button', { name: '测试', exact: true }).click();
  await test.getByText('执行成功').waitFor();
  const { stdout } = await platform.fgs(['functions', 'show', 'journey-context', '--output', 'json']);
  expect(JSON.parse(stdout.toString())).toMatchObject({ memory_size: 256, timeout: 10, handler: 'index.handler' });

  await visitor.open('/create-function?way=template&template=hello-java');
  await page.getByText(/需要先构建/).waitFor();
  expect(await page.getByRole('button', { name: '创建函数' }).isDisabled()).toBe(true);
});

journey(
  'an image becomes a function, with values of its own instead of those of the image',
  async ({ platform, visit }) => {
    await loadImage(platform, idleImage('journey/boxed:1'));
    const visitor = await visit();
    const { page } = visitor;
    await visitor.open('/create-function');
    expect(await page.getByRole('radio').count()).toBeGreaterThan(2);
    await page.getByRole('radio', { name: /容器镜像/ }).check({ force: true });
    await page.getByText('镜像中的程序监听 8000 端口，不支持其他端口。').waitFor();
    await page.getByRole('textbox', { name: '函数名称' }).fill('journey-boxed');
    await page.getByRole('button', { name: '查看镜像' }).click();
    const choice = page.getByRole('dialog', { name: '查看镜像' });
    await choice.getByRole('button', { name: /journey\/boxed:1$/ }).waitFor();
    await look(page, 'create-function-images');
    await choice.getByRole('button', { name: /journey\/boxed:1$/ }).click();
    expect(await page.getByRole('combobox', { name: '容器镜像' }).inputValue()).toMatch(/journey\/boxed:1$/);

    await page.getByRole('textbox', { name: 'Args' }).fill('x'.repeat(5120));
    await page.getByRole('textbox', { name: 'Working Dir' }).fill('/app');
    await page.getByText('CMD、Args 和 Working Dir 总长度不能超过 5120 个字符').first().waitFor();
    await page.getByRole('textbox', { name: 'Args' }).fill('--port,8000');
    await page.getByText('CMD、Args 和 Working Dir 总长度不能超过 5120 个字符').first().waitFor({ state: 'detached' });
    await page.getByRole('textbox', { name: '用户ID' }).fill('2000');
    await page
      .getByText(/--image \S*journey\/boxed:1 --image-args --port,8000 --working-dir \/app --uid 2000$/)
      .waitFor();
    await look(page, 'create-function-image');
    await page.getByRole('button', { name: '创建函数' }).click();
    await page.getByText('创建函数 journey-boxed 成功').waitFor();
    const { stdout } = await platform.fgs(['functions', 'show', 'journey-boxed', '--output', 'json']);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      runtime: 'Custom Image',
      custom_image: { args: '--port,8000', working_dir: '/app', uid: '2000' },
    });

    await page.getByRole('link', { name: '编辑', exact: true }).click();
    const override = page.getByRole('region', { name: '容器镜像覆盖' });
    expect(await override.getByRole('textbox', { name: '用户ID' }).inputValue()).toBe('2000');
    await override.getByRole('textbox', { name: 'Working Dir' }).fill('app');
    await override.getByText('以 / 开头').waitFor();
    await override.getByRole('textbox', { name: 'Working Dir' }).fill('/srv');
    await override.getByRole('textbox', { name: 'CMD' }).fill('/bin/idle');
    await look(page, 'settings-image');
    await page.getByRole('button', { name: /保.?存/ }).click();
    await page.getByText('保存常规设置成功').waitFor();
    const changed = await platform.fgs(['functions', 'show', 'journey-boxed', '--output', 'json']);
    expect(JSON.parse(changed.stdout.toString()).custom_image).toMatchObject({
      command: '/bin/idle',
      working_dir: '/srv',
    });
  },
);

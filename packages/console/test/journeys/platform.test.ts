import { expect } from 'vitest';
import { journey, look } from '../journey.ts';

journey('a reader is made by page, signs in, and sees which right each action lacks', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  const reader = { name: 'platform-reader', password: 'Reading-only-1' };
  await visitor.open('/groups');
  await page.getByRole('button', { name: '创建用户组' }).first().click();
  const groupDialog = page.getByRole('dialog', { name: '创建用户组' });
  await groupDialog.getByRole('button', { name: '确定' }).click();
  await groupDialog.getByText('请输入名称').waitFor();
  await groupDialog.getByLabel('名称', { exact: true }).fill('platform-readers');
  await groupDialog.getByLabel('权限策略').click();
  await page.getByRole('option').first().waitFor({ state: 'attached' });
  await page.locator('.ant-select-item-option').filter({ hasText: 'ReadOnlyAccess' }).first().click();
  await page.keyboard.press('Escape');
  await look(page, 'groups-create');
  await groupDialog.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建用户组 platform-readers 成功').waitFor();
  await groupDialog.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'platform-readers' }).click();
  await page
    .getByRole('row', { name: /FunctionGraph ReadOnlyAccess/ })
    .getByText('整个账号')
    .waitFor();
  await page.getByRole('heading', { name: '还没有成员' }).waitFor();
  await look(page, 'group');

  await page.getByRole('link', { name: '用户', exact: true }).click();
  await page.getByRole('button', { name: '创建用户' }).first().click();
  const userDialog = page.getByRole('dialog', { name: '创建用户' });
  await userDialog.getByLabel('用户名').fill(reader.name);
  await userDialog.getByLabel('密码').fill(reader.password);
  await userDialog.getByLabel('用户组').click();
  await page.locator('.ant-select-item-option').filter({ hasText: 'platform-readers' }).click();
  await page.keyboard.press('Escape');
  await look(page, 'users-create');
  await userDialog.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建用户 platform-reader 成功').waitFor();
  await userDialog.waitFor({ state: 'detached' });
  await look(page, 'users');
  await page.getByRole('link', { name: reader.name }).click();
  await page.getByRole('row', { name: /platform-readers/ }).waitFor();
  await look(page, 'user');

  const other = await visit({ signedIn: false });
  await other.signIn(reader);
  await other.open('/dependencies');
  const create = other.page.getByRole('button', { name: '创建依赖包' }).first();
  expect(await create.getAttribute('aria-disabled')).toBe('true');
  await create.focus();
  await other.page.getByRole('tooltip').getByText('functiongraph:dependency:create').waitFor();
  other.expectComplaint(/403/);
  await other.open('/users');
  await other.page.getByRole('alert').getByText('iam:users:listUsers here').waitFor();
  await other.page.getByRole('alert').getByText('您没有执行此操作的权限，请联系管理员授权。').waitFor();
  await look(other.page, 'users-forbidden');
});

journey('an agency is made in three steps, with a policy of the account', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  const next = (dialog: ReturnType<typeof page.getByRole>) => dialog.getByRole('button', { name: '下一步' }).click();
  await visitor.open('/policies');
  await page.getByRole('button', { name: 'FunctionGraph ReadOnlyAccess' }).click();
  await page.getByRole('dialog', { name: 'FunctionGraph ReadOnlyAccess' }).getByText('functiongraph:*:list*').waitFor();
  await look(page, 'policy');
  await page.getByRole('button', { name: '关闭' }).last().click();

  await page.getByRole('button', { name: '创建策略' }).first().click();
  const policy = page.getByRole('dialog', { name: '创建策略' });
  await policy.getByLabel('策略名称').fill('platform-caller');
  const written = policy.getByLabel('策略内容');
  const document = await written.inputValue();
  await written.fill('{');
  await policy.getByRole('button', { name: '确定' }).click();
  await policy.getByText('不是有效的JSON').waitFor();
  await look(page, 'policy-not-json');
  visitor.expectComplaint(/400/);
  await written.fill(document.replace('Allow', 'Maybe'));
  await policy.getByRole('button', { name: '确定' }).click();
  await page
    .getByRole('alert')
    .getByText(/Effect/)
    .first()
    .waitFor();
  await page.locator('.ant-notification').getByRole('button', { name: '关闭' }).click();
  await written.fill(document);
  await policy.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建策略 platform-caller 成功').waitFor();
  await policy.waitFor({ state: 'detached' });
  await page.getByRole('row', { name: /platform-caller 自定义/ }).waitFor();
  await look(page, 'policies');

  const list = /OS-AGENCY\/agencies$/;
  await page.route(list, (route) => route.fulfill({ json: { agencies: [] } }));
  await visitor.open('/agencies');
  await page.getByRole('heading', { name: '还没有委托' }).waitFor();
  await look(page, 'agencies-empty');
  await page.unroute(list);
  await visitor.open('/agencies?create=1');
  const dialog = page.getByRole('dialog', { name: '创建委托' });
  await next(dialog);
  await dialog.getByText('请输入名称').waitFor();
  await dialog.getByLabel('委托名称').fill('platform-agency');
  // while it is written, before the field is left
  await dialog.getByText('请输入名称').waitFor({ state: 'detached' });
  for (const word of ['委托类型', '永久']) await dialog.getByText(word).first().waitFor();
  await look(page, 'agencies-create');
  await next(dialog);
  await dialog.getByRole('searchbox').fill('platform');
  await dialog.getByRole('searchbox').press('Enter');
  await dialog.getByRole('checkbox', { name: 'platform-caller' }).check();
  await look(page, 'agencies-policies');
  await next(dialog);
  await dialog.getByText('项目', { exact: true }).click();
  await dialog.getByRole('button', { name: '确定' }).click();
  await dialog.getByText('请选择项目').waitFor();
  await dialog.getByLabel('项目名称').click();
  await page.locator('.ant-select-item-option').first().click();
  await look(page, 'agencies-scope');
  await dialog.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建委托 platform-agency 成功').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await look(page, 'agencies');
  await page.getByRole('link', { name: 'platform-agency' }).click();
  await page.getByRole('row', { name: /platform-caller 项目/ }).waitFor();
  await look(page, 'agency');
  const { stdout } = await platform.fgs(['iam', 'agencies', 'show', 'platform-agency']);
  expect(stdout.toString()).toContain('platform-caller');

  const made = await platform.fgs(['iam', 'accounts', 'create', 'trusted-team', '--output', 'json']);
  expect(made.exitCode, made.stderr).toBe(0);
  await visitor.open('/agencies?create=1');
  await dialog.getByLabel('委托名称').fill('agency-of-team');
  await dialog.getByText('普通账号').click();
  await next(dialog);
  await dialog.getByText('请输入账号名称').waitFor();
  await dialog.getByLabel('委托的账号').fill('trusted-team');
  await look(page, 'agencies-account');
  await next(dialog);
  await next(dialog);
  await dialog.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建委托 agency-of-team 成功').waitFor();
  await page.getByRole('row', { name: /agency-of-team 普通账号 trusted-team/ }).waitFor();
});

journey('the secret of an access key is shown once, and the audit trail has each change', async ({ visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/access-keys');
  await page.getByRole('button', { name: '创建访问密钥' }).first().click();
  const dialog = page.getByRole('dialog', { name: '为 admin 创建访问密钥' });
  await dialog.getByLabel('描述').fill('platform journey');
  await dialog.getByRole('button', { name: '确定' }).click();
  const made = page.getByRole('dialog', { name: '访问密钥已创建' });
  await made.getByText('仅显示这一次').waitFor();
  const [access = '', secret = ''] = await made.locator('code').allTextContents();
  expect(secret).toHaveLength(40);
  await made.getByRole('button', { name: '我已保存' }).click();
  await made.waitFor({ state: 'detached' });
  const row = page.getByRole('row', { name: new RegExp(access) });
  await row.getByRole('button', { name: '停用' }).click();
  await row.getByText('停用', { exact: true }).first().waitFor();
  await page.getByText(`停用访问密钥 ${access} 成功`).waitFor();
  await look(page, 'access-keys');
  expect(await page.content()).not.toContain(secret);
  await row.getByRole('button', { name: '删除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '确认' }).click();
  await row.waitFor({ state: 'detached' });

  await page.getByRole('link', { name: '审计日志' }).click();
  await page.getByRole('button', { name: 'iam:credentials:deleteCredential' }).first().click();
  await page.getByRole('dialog', { name: '审计记录' }).getByText('deleteAccessKey').waitFor();
  await look(page, 'audit-record');
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).last().click();
  await page.getByLabel('搜索字段').click();
  await page.getByTitle('操作', { exact: true }).last().click();
  await page.getByRole('searchbox').fill('iam:credentials:*');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('成功', { exact: true }).first().click();
  await page
    .getByRole('row', { name: /createCredential/ })
    .first()
    .waitFor();
  expect(page.url()).toMatch(/by=action&q=iam%3Acredentials%3A\*&result=ok$/);
  await look(page, 'audit');
});

journey(
  'the machine shows its quotas, runtimes and health, and installs a runtime with its steps',
  async ({ visit }) => {
    const visitor = await visit();
    const { page } = visitor;
    await visitor.open('/quotas');
    await page
      .getByRole('row', { name: /函数数量 项目/ })
      .getByRole('progressbar', { name: '函数数量' })
      .waitFor();
    await page.getByText('/tmp临时空间').waitFor();
    await look(page, 'quotas');

    await page.getByRole('link', { name: '运行时', exact: true }).click();
    await page
      .getByText(/^已停止维护 \d{4}/)
      .first()
      .waitFor();
    await look(page, 'runtimes');
    const lines = [{ step: 'fetch: 12 MB of 30 MB' }, { step: 'done' }];
    await page.route(/\/runtimes\/[^/]+\/install$/, (route) =>
      route.fulfill({
        contentType: 'application/x-ndjson',
        body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      }),
    );
    await page.getByRole('button', { name: '安装' }).first().click();
    const dialog = page.getByRole('dialog', { name: /^安装 / });
    await look(page, 'runtimes-install');
    await dialog.getByRole('button', { name: '安装' }).click();
    await page.getByText(/^安装运行时 .* 成功$/).waitFor();

    await page.getByRole('link', { name: '机器健康' }).click();
    await page.getByRole('row', { name: /^磁盘空间/ }).waitFor();
    await page.getByText('空闲实例').waitFor();
    await look(page, 'health');
  },
);

journey('file systems, networks and images are added, shared and removed', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  visitor.expectComplaint(/40\d/);
  await visitor.open('/file-systems');
  await page.getByRole('heading', { name: '还没有文件系统' }).waitFor();
  await look(page, 'file-systems-empty');
  await page.getByRole('button', { name: '添加文件系统' }).first().click();
  const add = page.getByRole('dialog', { name: '添加文件系统' });
  await add.getByLabel('名称').fill('platform-models');
  await add.getByLabel('位置').fill('relative');
  await add.getByRole('button', { name: '确定' }).click();
  await page.getByRole('alert').getByText('添加文件系统 platform-models 失败').waitFor();
  await look(page, 'file-systems-refused');
  await add.getByRole('button', { name: '取消' }).click();

  // a real bridge would end the requests of this browser
  const network = {
    ...{
      name: 'backend',
      vpc_id: 'vpc-0dae26c9',
      subnet_id: 'subnet-0dae26c9',
      cidr: '10.20.0.0/24',
      gateway: '10.20.0.1',
    },
    ...{ nat: true, interface: '', bridge: 'fgn0a1b2c3d', problem: '', created_at: '2026-11-27T10:00:00Z' },
    used_by: ['urn:fss:local-1:p:function:default:hello:latest'],
  };
  await page.route(/\/v1\/networks$/, (route) =>
    route.request().method() === 'GET' ? route.fulfill({ json: { networks: [network] } }) : route.continue(),
  );
  await page.getByRole('link', { name: '网络', exact: true }).click();
  await page.getByRole('row', { name: /backend 10\.20\.0\.0\/24 fgn0a1b2c3d 是/ }).waitFor();
  await look(page, 'networks');
  await page.getByRole('button', { name: '创建网络' }).first().click();
  const create = page.getByRole('dialog', { name: '创建网络' });
  await create.getByLabel('名称').fill('platform-net');
  await create.getByLabel('网段').fill('10.20.0.0/99');
  await look(page, 'networks-create');
  await create.getByRole('button', { name: '确定' }).click();
  await page.getByRole('alert').getByText('创建网络 platform-net 失败').waitFor();
  await create.getByRole('button', { name: '取消' }).click();

  const image = {
    ...{
      id: `sha256:${'0a1b2c3d'.repeat(8)}`,
      names: ['team/app:v1'],
      size_bytes: 48_000_000,
      unpacked_bytes: 1,
      layers: 3,
    },
    ...{
      entrypoint: [],
      command: [],
      working_dir: '',
      user: '',
      created_at: 0,
      loaded_at: 1_795_000_000_000,
      versions: 2,
    },
  };
  await page.route(/\/v1\/images$/, (route) => route.fulfill({ json: { images: [image] } }));
  await page.getByRole('link', { name: '镜像', exact: true }).click();
  const row = page.getByRole('row', { name: /team\/app:v1/ });
  await row.getByRole('button', { name: '共享' }).click();
  const share = page.getByRole('dialog', { name: '共享 team/app' });
  await share.getByLabel('账号名称').fill('unknown-team');
  await share.getByRole('button', { name: '共享' }).click();
  await page.getByRole('alert').getByText('共享 team/app 失败').waitFor();
  await share.getByText('项目', { exact: true }).click();
  await share.getByLabel('项目ID').fill(platform.credentials.project_id);
  await share.getByRole('button', { name: '共享' }).click();
  await share.getByRole('button', { name: '取消共享' }).waitFor();
  await look(page, 'images-share');
  await share.getByRole('button', { name: '关闭' }).last().click();
  await page.getByText('共享镜像').click();
  await row.waitFor();
  await look(page, 'images');

  await page.getByRole('button', { name: '拉取镜像' }).first().click();
  const pull = page.getByRole('dialog', { name: '拉取镜像' });
  await pull.getByLabel('容器镜像').fill('localhost:1/app:v1');
  await pull.getByRole('button', { name: '确定' }).click();
  await page.getByRole('alert').getByText('拉取镜像 localhost:1/app:v1 失败').waitFor();
  await look(page, 'images-pull-failed');
});

journey('another project is made by page and chosen in the top bar, for this tab', async ({ platform, visit }) => {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.open('/projects');
  await page.getByRole('banner').getByText('项目 default').waitFor();
  await page.getByRole('button', { name: '创建项目', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: '创建项目' });
  await dialog.getByLabel('名称').fill('platform-second');
  await dialog.getByRole('button', { name: '确定' }).click();
  await page.getByText('创建项目 platform-second 成功').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '创建企业项目' }).first().click();
  const enterprise = page.getByRole('dialog', { name: '创建企业项目' });
  await enterprise.getByLabel('名称').fill('platform-billing');
  await enterprise.getByRole('button', { name: '确定' }).click();
  await page.getByRole('row', { name: /platform-billing \S+ 启用/ }).waitFor();
  await look(page, 'projects');

  try {
    await page.getByRole('button', { name: '项目 default' }).click();
    await page.getByRole('menuitem', { name: 'platform-second' }).waitFor();
    await look(page, 'project-menu');
    await page.getByRole('menuitem', { name: 'platform-second' }).click();
    await page.getByRole('heading', { name: '总览' }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: '函数列表' }).first().click();
    await page.getByRole('heading', { name: '还没有函数' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: '项目 platform-second' }).waitFor();
    await page.getByRole('heading', { name: '还没有函数' }).waitFor();
  } finally {
    await platform.fgs(['iam', 'projects', 'delete', 'platform-second', '--yes']);
  }
  // the tab falls back to the first project
  await page.reload();
  await page.getByRole('banner').getByText('项目 default').waitFor();
  visitor.expectComplaint(/404/);
});

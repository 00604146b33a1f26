import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, invoke, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { Outside } from './network/outside.ts';

const missing = ['nft', 'ip'].filter((name) => !existsSync(`/usr/sbin/${name}`));
const isRoot = process.getuid?.() === 0;

const SOURCE = `
const { get } = require('node:http');
exports.handler = async ({ url, fails }, context) => new Promise((resolve, reject) => {
  const request = get(url, { timeout: 20_000 }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve({ answer: text }));
  });
  request.on('timeout', () => request.destroy(new Error('timeout')));
  request.on('error', (error) => fails ? reject(error) : resolve({ error: error.code ?? error.message }));
});`;

const NOWHERE = { error: 'ENETUNREACH' };

describe.skipIf(!isRoot || missing.length > 0)(`functions on networks (needs root; missing: ${missing})`, () => {
  let server: TestServer;
  let outside: Outside;
  let runtime: string;

  beforeAll(async () => {
    outside = await Outside.open('fnoutside0', '198.51.100.10/30', '198.51.100.9/30');
    server = await TestServer.start({ env: { FGS_HOST_INTERFACES: 'fninner0,fnoutside0' } });
    runtime = await runtimeOf(server, 'Node.js');
  });
  afterAll(async () => {
    await server?.stop();
    await outside?.[Symbol.asyncDispose]();
  });

  const make = (name: string, on = server): Promise<string> =>
    deploy(on, { name, runtime, files: { 'index.js': SOURCE }, timeout: 30 });
  const get = async (urn: string, url: string, on = server): Promise<unknown> =>
    JSON.parse((await invoke(on, urn, { url })).text);
  const outer = () => `http://${outside.address}/`;
  const configure = (urn: string, name: string, extra: object, on = server) =>
    on.api.call('updateFunctionConfig', {
      params: target(on, urn),
      body: { func_name: name, runtime, handler: 'index.handler', memory_size: 128, timeout: 30, ...extra },
    });

  it('reach the outside, but not the server that runs them, nor anything else on its machine', async () => {
    const urn = await make('open');
    expect(await get(urn, outer())).toEqual({ answer: '198.51.100.9' });
    const port = new URL(server.endpoint).port;
    expect(await get(urn, `http://127.0.0.1:${port}/v1/health`)).toEqual({ error: 'ECONNREFUSED' });
    expect(await get(urn, `http://198.51.100.9:${port}/v1/health`)).toEqual({ error: 'EHOSTUNREACH' });
  });

  it('reach it too when an agent was killed that had just made its bridge', async () => {
    // Whichever number the agent of this server gets, a bridge with that name exists: one of a living agent, or one made here.
    const indexOf = (name: string): string | undefined =>
      existsSync(`/sys/class/net/${name}`) ? readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8') : undefined;
    const inTheWay = Array.from({ length: 8 }, (_, number) => `fg0${number}e0`)
      .filter((name) => spawnSync('ip', ['link', 'add', 'name', name, 'type', 'bridge']).status === 0)
      .map((name) => ({ name, index: indexOf(name) }));
    try {
      await using other = await TestServer.start();
      expect(await get(await make('after', other), outer(), other)).toEqual({ answer: '198.51.100.9' });
    } finally {
      // an agent of another test may have put its own bridge there meanwhile
      for (const { name, index } of inTheWay)
        if (indexOf(name) === index) spawnSync('ip', ['link', 'delete', 'dev', name]);
    }
  });

  it('stay alone when their configuration says so, at once', async () => {
    const urn = await make('closed');
    expect(await get(urn, outer())).toEqual({ answer: '198.51.100.9' });
    await configure(urn, 'closed', { network_controller: { disable_public_network: true } });
    expect(await get(urn, outer())).toEqual(NOWHERE);
    await configure(urn, 'closed', { network_controller: { disable_public_network: false } });
    expect(await get(urn, outer())).toEqual({ answer: '198.51.100.9' });
  });

  it('stay alone on a server that was started with --egress off', async () => {
    await using closed = await TestServer.start({ args: ['--egress', 'off'] });
    const urn = await make('off', closed);
    expect(await get(urn, outer(), closed)).toEqual(NOWHERE);
    const failed = await invoke(closed, urn, { url: outer(), fails: true });
    expect(failed.log).toContain('the function has no network: this server was started with --egress off');
    const { data } = await closed.api.call('showDoctor');
    expect(data.checks.find(({ name }) => name === 'network')).toMatchObject({
      ok: true,
      detail: expect.stringContaining('--egress off'),
    });
  });

  it('reach the network they are placed in by fgs, its own machines only, and the outside with NAT', async () => {
    await using inner = await Outside.open('fninner0', '10.83.7.5/24');
    const created = await server.fgs([
      ...['networks', 'create', 'backend', '--cidr', '10.83.7.0/24', '--interface', 'fninner0'],
      ...['--output', 'json'],
    ]);
    expect(created.exitCode, created.stderr).toBe(0);
    const network = JSON.parse(created.stdout.toString()) as { vpc_id: string; subnet_id: string; bridge: string };
    expect(existsSync(`/sys/class/net/${network.bridge}`)).toBe(true);
    const urn = await make('placed');
    expect((await server.fgs(['functions', 'update', 'placed', '--network', 'backend'])).exitCode).toBe(0);
    expect(await get(urn, `http://${inner.address}/`)).toEqual({ answer: expect.stringMatching(/^10\.83\.7\.\d+$/) });
    expect(await get(urn, outer())).toEqual(NOWHERE);

    const { data } = await server.api.call('showFunctionConfig', { params: target(server, urn) });
    expect(data.func_vpc).toMatchObject({ vpc_id: network.vpc_id, subnet_id: network.subnet_id, cidr: '10.83.7.0/24' });
    const refused = await server.fgs(['networks', 'delete', 'backend', '--yes']);
    expect(refused.stderr).toContain('network backend is used by urn:fss:');
    expect((await server.fgs(['functions', 'update', 'placed', '--network', 'default'])).exitCode).toBe(0);
    expect(await get(urn, outer())).toEqual({ answer: '198.51.100.9' });

    expect((await server.fgs(['networks', 'create', 'leading-on', '--nat'])).exitCode).toBe(0);
    expect((await server.fgs(['functions', 'update', 'placed', '--network', 'leading-on'])).exitCode).toBe(0);
    expect(await get(urn, outer())).toEqual({ answer: '198.51.100.9' });
    expect(await get(urn, `http://${inner.address}/`)).not.toHaveProperty('answer');

    await configure(urn, 'placed', { func_vpc: {} });
    for (const name of ['backend', 'leading-on']) {
      expect((await server.fgs(['networks', 'delete', name, '--yes'])).exitCode).toBe(0);
    }
    expect(existsSync(`/sys/class/net/${network.bridge}`)).toBe(false);
  });

  it('keep the ids of a network from elsewhere, reach nothing until it is registered, and then just that', async () => {
    await using other = await TestServer.start();
    const urn = await make('moved', other);
    const func_vpc = { vpc_id: 'vpc-of-another-cloud', subnet_id: 'subnet-1', vpc_name: 'kept', is_safety: true };
    await configure(urn, 'moved', { func_vpc }, other);
    expect(await get(urn, outer(), other)).toEqual(NOWHERE);
    const params = target(other, urn);
    expect((await other.api.call('showFunctionConfig', { params })).data.func_vpc).toEqual(func_vpc);

    const ids = { vpc_id: 'vpc-of-another-cloud', subnet_id: 'subnet-1' };
    await other.api.call('createNetwork', { body: { name: 'moved', nat: true, ...ids } });
    expect(await get(urn, outer(), other)).toEqual({ answer: '198.51.100.9' });
    await expect(
      configure(urn, 'moved', { func_vpc: { vpc_id: 'unknown', subnet_id: 'x' } }, other),
    ).rejects.toMatchObject({ status: 400, code: 'FSS.1036', hint: expect.stringContaining('moved') });
    await expect(configure(urn, 'moved', { func_vpc: { ...ids, subnet_id: 'x' } }, other)).rejects.toMatchObject({
      code: 'FSS.1037',
    });

    await other.restart();
    expect(await get(urn, outer(), other)).toEqual({ answer: '198.51.100.9' });
    const { data } = await other.api.call('showNetwork', { params: { name: 'moved' } });
    expect(data).toMatchObject({ problem: '', used_by: [`${urn}:latest`] });
  });

  it.each([
    ['a name', { name: 'Back End' }, 400],
    ['addresses', { cidr: '10.20.0.1/24' }, 400],
    ['too many addresses', { cidr: '10.0.0.0/8' }, 400],
    ['addresses that the machine uses', { cidr: '198.51.100.0/24' }, 400],
    ['an interface that the machine uses', { interface: 'fnoutside0' }, 400],
    ['an interface that the configuration does not name', { interface: 'eth0' }, 400],
    ['an interface that is an option', { interface: '-h' }, 400],
  ])('are refused a network with %s that cannot be', async (_what, extra, status) => {
    await expect(server.api.call('createNetwork', { body: { name: 'wrong', ...extra } })).rejects.toMatchObject({
      status,
    });
    await expect(server.api.call('showNetwork', { params: { name: 'wrong' } })).rejects.toMatchObject({ status: 404 });
  });

  it('are reported by doctor', async () => {
    const { data } = await server.api.call('showDoctor');
    expect(data.checks.find(({ name }) => name === 'network')).toMatchObject({ ok: true });
  });
});

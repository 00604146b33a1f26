import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AttachTarget } from '../../packages/agent/src/attach/attacher.ts';
import { makeBridge, removeBridge } from '../../packages/agent/src/network/bridge.ts';
import type { Connector } from '../../packages/agent/src/network/connector.ts';
import { IpConnector } from '../../packages/agent/src/network/ip-connector.ts';
import { NetworkHelper } from '../../packages/agent/src/network/network-helper.ts';
import { livingProcess, ownerIdOf } from '../../packages/agent/src/owner.ts';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const isRoot = process.getuid?.() === 0;
const missing = ['/usr/sbin/ip', '/usr/bin/nsenter'].filter((program) => !existsSync(program));
const BRIDGE = 'fgconntest';
const WIRE = { outer: 'fgconntest1', bridge: BRIDGE, address: '203.0.113.130/24', gateway: '203.0.113.1' };
const PATIENCE = { timeout: 120_000, interval: 20 };

interface Link {
  readonly ifname: string;
  readonly operstate: string;
  readonly addr_info?: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
  readonly linkinfo?: { readonly info_slave_data?: { readonly isolated?: boolean } };
}

const kinds: readonly [string, () => Promise<Connector>][] = [
  ['the helper', () => NetworkHelper.open(fromRoot('packages/agent/native/build/network'))],
  ['ip and nsenter', async () => new IpConnector()],
];

describe.skipIf(!isRoot || missing.length > 0)(`interfaces (need root; missing: ${missing})`, () => {
  beforeAll(async () => {
    execFileSync(process.execPath, [fromRoot('scripts/build-native.mjs')], { stdio: 'inherit' });
    const block = { first: 0xcb00_7100, length: 24 };
    await makeBridge({ name: BRIDGE, ownerId: ownerIdOf(process.pid), block });
  });
  afterAll(() => removeBridge(BRIDGE));

  describe.each(kinds)('made by %s', (_name, open) => {
    let connector: Connector;
    const children: ChildProcess[] = [];

    beforeAll(async () => {
      connector = await open();
    });
    afterAll(() => connector.close());
    afterEach(async () => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      // Interfaces go with their namespaces, a little later.
      await expect.poll(() => existsSync(`/sys/class/net/${WIRE.outer}`), PATIENCE).toBe(false);
    });

    async function sandbox(): Promise<AttachTarget> {
      const child = spawn('unshare', ['--user', '--net', '--', 'sleep', '1000'], { stdio: 'ignore' });
      children.push(child);
      const pid = child.pid ?? 0;
      const own = readlinkSync('/proc/self/ns/net');
      await expect.poll(() => readlinkSync(`/proc/${pid}/ns/net`), PATIENCE).not.toBe(own);
      return { id: 's', pid, startTime: livingProcess(pid)?.startTime ?? '' };
    }

    const inside = ({ pid }: AttachTarget, ...args: string[]): Link[] =>
      JSON.parse(
        execFileSync('nsenter', ['-t', String(pid), '-n', '--', 'ip', '-json', ...args], { encoding: 'utf8' }) || '[]',
      );
    const failing = expect.objectContaining({ code: 'NETWORK_FAILED' });

    it('have their address and their way out, no version 6, and a port that is isolated', async () => {
      const target = await sandbox();
      await connector.connect(target, WIRE);
      const found = inside(target, 'address').find(({ ifname }) => ifname === 'eth0');
      expect(found?.addr_info?.map(({ local, prefixlen }) => `${local}/${prefixlen}`)).toEqual([WIRE.address]);
      expect(inside(target, 'route')).toContainEqual(
        expect.objectContaining({ dst: 'default', gateway: WIRE.gateway }),
      );
      const outer = execFileSync('ip', ['-json', '-details', 'link', 'show', WIRE.outer], { encoding: 'utf8' });
      expect((JSON.parse(outer) as Link[])[0]?.linkinfo?.info_slave_data?.isolated).toBe(true);
    });

    it('lead nowhere else without a gateway', async () => {
      const target = await sandbox();
      await connector.connect(target, { ...WIRE, gateway: '' });
      expect(inside(target, 'route')).toEqual([expect.objectContaining({ dst: '203.0.113.0/24' })]);
    });

    it('are made once, and nothing is left of one that fails', async () => {
      const target = await sandbox();
      await connector.connect(target, WIRE);
      await expect(connector.connect(target, { ...WIRE, outer: 'fgconntest2' })).rejects.toEqual(failing);
      expect(existsSync('/sys/class/net/fgconntest2')).toBe(false);
    });

    it('are for the process that was meant, not for a later one with its number', async () => {
      const target = await sandbox();
      const later = { ...target, startTime: String(Number(target.startTime) + 1) };
      await expect(connector.connect(later, WIRE)).rejects.toEqual(failing);
      expect(existsSync(`/sys/class/net/${WIRE.outer}`)).toBe(false);
    });

    it('are never made in the namespace of the machine', async () => {
      const me = { id: 'me', pid: process.pid, startTime: livingProcess(process.pid)?.startTime ?? '' };
      await expect(connector.connect(me, WIRE)).rejects.toEqual(failing);
      expect(existsSync(`/sys/class/net/${WIRE.outer}`)).toBe(false);
    });

    it('need a bridge', async () => {
      const target = await sandbox();
      await expect(connector.connect(target, { ...WIRE, bridge: 'fgnobridge' })).rejects.toEqual(failing);
    });
  });
});

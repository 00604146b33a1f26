import { describe, expect, it } from 'vitest';
import { parseMount } from '../mounts/parse-mount.ts';
import { parseNetwork, parseVpc } from './parse-network.ts';

const NETWORK = { id: 'a1b2c3d4', cidr: '10.20.0.0/24', nat: true };
const MOUNT = { source: { kind: 'folder', path: '/srv/x' }, target: '/mnt/x', readOnly: false, uid: 1003, gid: 1003 };
const refusal = expect.objectContaining({ code: 'BAD_REQUEST' });

describe('a network in a request', () => {
  it.each(['8.8.8.0/24', '172.32.0.0/16', '169.254.0.0/16', '127.0.0.0/16', '224.0.0.0/16', '100.100.100.192/28'])(
    'is not one of the world: %s',
    (cidr) => {
      expect(() => parseVpc({ id: 'a1b2c3d4', cidr, nat: true })).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST' }),
      );
    },
  );

  it('is none, the default one, or one of the administrator', () => {
    for (const good of [{ kind: 'none' }, { kind: 'egress' }, { kind: 'vpc', network: NETWORK }]) {
      expect(parseNetwork(good)).toEqual(good);
    }
    const withInterface = { kind: 'vpc', network: { ...NETWORK, hostInterface: 'eth1.20' } };
    expect(parseNetwork(withInterface)).toEqual(withInterface);
  });

  it.each([
    null,
    [],
    { kind: 'host' },
    { kind: 'vpc' },
    { kind: 'vpc', network: { ...NETWORK, id: '../../x' } },
    { kind: 'vpc', network: { ...NETWORK, cidr: '10.20.0.1/24' } },
    { kind: 'vpc', network: { ...NETWORK, cidr: '10.0.0.0/8' } },
    { kind: 'vpc', network: { ...NETWORK, cidr: '10.20.0.0/24; flush ruleset' } },
    { kind: 'vpc', network: { ...NETWORK, nat: 'yes' } },
    { kind: 'vpc', network: { ...NETWORK, hostInterface: '-all' } },
    { kind: 'vpc', network: { ...NETWORK, hostInterface: 'eth0 up' } },
    { kind: 'vpc', network: { ...NETWORK, hostInterface: 'a23456789012345678' } },
  ])('is not %j', (bad) => {
    expect(() => parseNetwork(bad)).toThrow(refusal);
  });
});

describe('a mount in a request', () => {
  it('is a folder or an export at one place below /mnt', () => {
    expect(parseMount(MOUNT)).toEqual(MOUNT);
    const source = { kind: 'nfs', host: 'storage.example', export: '/export/x' };
    expect(parseMount({ ...MOUNT, source })).toEqual({ ...MOUNT, source });
  });

  it.each([
    { target: '/etc' },
    { target: '/mnt' },
    { target: '/mnt/..' },
    { target: '/mnt/a/b' },
    { uid: 0 },
    { gid: 0 },
    { uid: 65_535 },
    { uid: '1003' },
    { readOnly: 'no' },
    { source: { kind: 'folder', path: 'relative' } },
    { source: { kind: 'folder', path: '/srv/../etc' } },
    { source: { kind: 'folder', path: '/srv//x' } },
    { source: { kind: 'nfs', host: '-o', export: '/x' } },
    { source: { kind: 'nfs', host: 'a b', export: '/x' } },
    { source: { kind: 'device', path: '/dev/sda' } },
  ])('is nothing with %j', (change) => {
    expect(() => parseMount({ ...MOUNT, ...change })).toThrow(refusal);
  });
});

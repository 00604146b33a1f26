import type { VpcNetwork } from '@funcgraph/agent';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NetworkChoice, surroundingsChoice } from '../../domain/surroundings.ts';
import { ChangeFeed } from '../../storage/index.ts';
import type { VersionSnapshot } from '../catalog.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import { NetworkStore } from './network-store.ts';
import { Networks } from './networks.ts';

const EGRESS = { kind: 'egress' };
const NONE = { kind: 'none' };

/** A machine with known addresses that can be set to refuse. */
class FakeHost {
  readonly open = new Map<string, VpcNetwork>();
  refusal: Error | undefined;

  async openNetwork(network: VpcNetwork): Promise<string> {
    if (this.refusal !== undefined) throw this.refusal;
    if (network.cidr === '172.30.0.0/24') throw Object.assign(new Error('in use'), { code: 'NETWORK_TAKEN' });
    this.open.set(network.id, network);
    return `fgn${network.id.slice(0, 8)}`;
  }

  async closeNetwork(id: string): Promise<void> {
    this.open.delete(id);
  }
}

let control: TestControl;
let host: FakeHost;
let networks: Networks;
let egress: boolean;
let retired: VersionSnapshot[];
let removed: string[];
/** Projects that may use every network. */
let users: Set<string>;

beforeEach(async () => {
  control = await openTestControl();
  host = new FakeHost();
  egress = true;
  retired = [];
  removed = [];
  users = new Set(['p1']);
  control.catalog.facts.on('surroundings.changed', ({ snapshot }) => retired.push(snapshot));
  networks = make();
  await networks.start();
});
afterEach(() => control.close());

const make = (): Networks =>
  new Networks({
    store: new NetworkStore(control.storage.db),
    feed: new ChangeFeed(control.storage.db),
    host,
    catalog: control.catalog,
    clock: control.clock,
    egress,
    mayUse: (_id, projectId) => users.has(projectId),
    onRemoved: async (id) => void removed.push(id),
  });
const VPC = { vpcId: 'v', subnetId: 's' };
const requested = (network?: NetworkChoice, publicNetwork = true) => surroundingsChoice({ network, publicNetwork });
const deploy = (name: string, network: NetworkChoice) =>
  control.functions.create('p1', {
    name,
    runtime: 'Node.js20.15',
    handler: 'index.handler',
    timeoutSeconds: 3,
    memoryMb: 128,
    code: { type: 'inline', bytes: Buffer.from('x') },
    network,
  });

describe('networks of the administrator', () => {
  it('get addresses that are free, ids, and a bridge', async () => {
    const made = await networks.create({ name: 'backend' });
    expect(made).toMatchObject({ cidr: '172.30.16.0/24', gateway: '172.30.16.1', nat: false, problem: undefined });
    expect(made.bridge).toBe(`fgn${made.id.slice(0, 8)}`);
    expect(made.vpcId).not.toBe(made.subnetId);
    expect((await networks.create({ name: 'second' })).cidr).toBe('172.30.32.0/24');
    expect(networks.list().map(({ name }) => name)).toEqual(['backend', 'second']);
  });

  it('are made again at the next start, and one that cannot be made is reported', async () => {
    const { id } = await networks.create({ name: 'backend', nat: true, vpcId: 'v', subnetId: 's' });
    host.open.clear();
    networks = make();
    await networks.start();
    expect(host.open.get(id)).toMatchObject({ nat: true });
    host.refusal = new Error('no bridges today');
    networks = make();
    await networks.start();
    expect(networks.show('backend')).toMatchObject({ bridge: undefined, problem: 'no bridges today' });
    // Its functions must not get another network meanwhile.
    expect(networks.of(requested(VPC), 'p1')).toMatchObject({ kind: 'vpc', network: { id } });
  });

  it.each([
    ['NOT_ALLOWED', 'invalid_request'],
    ['NETWORK_TAKEN', 'invalid_request'],
    ['NETWORK_FAILED', 'not_available'],
    ['NOT_SUPPORTED', 'not_available'],
  ])('are not registered when the machine answers %s', async (answer, code) => {
    host.refusal = Object.assign(new Error('no'), { code: answer, hint: 'do this' });
    const refused = networks.create({ name: 'backend', cidr: '10.20.0.0/24' });
    await expect(refused).rejects.toMatchObject({ code, hint: 'do this' });
    expect(networks.list()).toEqual([]);
  });

  it('have names and ids of their own', async () => {
    await networks.create({ name: 'backend', ...VPC });
    await expect(networks.create({ name: 'backend' })).rejects.toMatchObject({ code: 'resource_exists' });
    const same = networks.create({ name: 'other', ...VPC });
    await expect(same).rejects.toMatchObject({ code: 'resource_exists' });
    expect(host.open.size).toBe(1);
  });

  it('stay as long as a function has chosen them', async () => {
    const { vpcId, subnetId } = await networks.create({ name: 'backend' });
    await deploy('user', { vpcId, subnetId });
    await expect(networks.remove('backend')).rejects.toMatchObject({
      code: 'resource_in_use',
      message: expect.stringContaining('function:default:user:latest'),
    });
    expect(networks.show('backend').usedBy).toHaveLength(1);
    await control.functions.delete({ projectId: 'p1', package: 'default', name: 'user' });
    await networks.remove('backend');
    expect([networks.list(), host.open.size, removed.length]).toEqual([[], 0, 1]);
    await expect(networks.remove('backend')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('replace the instances of functions that had chosen them before', async () => {
    await deploy('early', VPC);
    await deploy('other', { vpcId: 'w', subnetId: 's' });
    await networks.create({ name: 'backend', ...VPC });
    expect(retired.map(({ name }) => name)).toEqual(['early']);
  });
});

describe('the network of a function', () => {
  it('is the default one, unless the function or the server chooses another', () => {
    expect(networks.of(requested(), 'p1')).toEqual(EGRESS);
    expect(networks.of(requested({ vpcId: '', subnetId: '' }), 'p1')).toEqual(EGRESS);
    expect(networks.of(requested(undefined, false), 'p1')).toEqual(NONE);
    egress = false;
    expect(make().of(requested(), 'p1')).toEqual(NONE);
  });

  it('is none, and never the default one, when it is not registered', async () => {
    expect(networks.of(requested(VPC), 'p1')).toEqual(NONE);
    await networks.create({ name: 'backend', ...VPC });
    expect(networks.of(requested({ vpcId: 'v', subnetId: 'another' }), 'p1')).toEqual(NONE);
  });

  it('must be registered once any is', async () => {
    networks.check(requested(VPC), 'p1');
    await networks.create({ name: 'backend', ...VPC });
    networks.check(requested(VPC), 'p1');
    networks.check(requested(), 'p1');
    const check = (vpc: NetworkChoice) => () => networks.check(requested(vpc), 'p1');
    expect(check({ vpcId: 'w', subnetId: 's' })).toThrow(expect.objectContaining({ code: 'vpc_not_found' }));
    expect(check({ vpcId: 'v', subnetId: 't' })).toThrow(expect.objectContaining({ code: 'subnet_not_found' }));
  });

  it('of another account is neither used nor named, and is used once it is shared', async () => {
    const { id } = await networks.create({ name: 'backend', ...VPC });
    const chosen = requested(VPC);
    // Functions from another installation keep their ids, and no answer claims that a network has them.
    networks.check(chosen, 'p2');
    networks.check(requested({ vpcId: 'w', subnetId: 's' }), 'p2');
    expect(networks.of(chosen, 'p2')).toEqual(NONE);
    users.add('p2');
    await deploy('user', VPC);
    networks.sharingChanged(id);
    expect(networks.of(chosen, 'p2')).toMatchObject({ kind: 'vpc', network: { id } });
    expect(retired.map(({ name }) => name)).toEqual(['user']);
  });
});

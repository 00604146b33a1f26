import type { SandboxSpec } from '../../../packages/server/src/instances/sandbox/index.ts';

/** One request to an agent, and the goal of the attack. A text is sent unchanged. */
export interface Order {
  readonly what: string;
  readonly request: object | string;
  /** With which the agent must refuse it; undefined: any. */
  readonly code?: string;
}

export interface OrderPlaces {
  /** One that would be accepted. */
  readonly spec: SandboxSpec;
  /** Contains files that the agent may show, and links out of the folder. */
  readonly folder: string;
  readonly secret: string;
}

/** What a server that was taken over could ask of its agent. None of it may be done. */
export function hostileOrders(places: OrderPlaces): Order[] {
  const { spec } = places;
  let count = 0;
  const start = (what: string, changes: object, driver = 'bubblewrap'): Order => {
    count += 1;
    return { what, request: { op: 'start', driver, spec: { ...spec, id: `hostile-${count}`, ...changes } } };
  };
  const bind = (source: unknown, target: unknown = '/opt/function/code') => ({ binds: [{ source, target }] });
  return [
    ...pathsOf(places).flatMap((path) => [
      start(`binds ${path}`, bind(path)),
      start(`root file system ${path}`, { binds: [], rootfs: { path, uid: 1003, gid: 1003 } }),
      start(`link socket ${path}`, { linkSocket: path }),
      mountOrder(`shares ${path}`, { source: { kind: 'folder', path } }),
    ]),
    {
      ...start('binds what stands in a closed folder of the machine', bind(`${places.folder}/system/closed/inner`)),
      code: 'BIND_UNREACHABLE',
    },
    ...TARGETS.map((target) => start(`covers ${target}`, bind(`${places.folder}/code`, target))),
    ...AMOUNTS.map((change) => start(JSON.stringify(change), change)),
    ...['process', 'root', 'none', '', null].map((driver) =>
      start(`driver ${driver}`, { binds: [] }, driver as string),
    ),
    ...[0, -1, 1.5, 2 ** 33, '0', null].flatMap((uid) => [
      start(`image of user ${uid}`, { rootfs: { path: `${places.folder}/images`, uid, gid: 1003 } }),
      start(`image of group ${uid}`, { rootfs: { path: `${places.folder}/images`, uid: 1003, gid: uid } }),
      mountOrder(`shares as user ${uid}`, { uid }),
      mountOrder(`shares as group ${uid}`, { gid: uid }),
    ]),
    ...EXPORTS.flatMap(({ host, path }) => {
      const order = mountOrder(`mounts ${host}:${path}`, { source: { kind: 'nfs', host, export: path } });
      const { mount } = order.request;
      return [order, start(`runs with ${host}:${path}`, { mounts: [mount] })].map((one) => ({
        ...one,
        code: 'NOT_ALLOWED',
      }));
    }),
    ...IDS.map((id) => start(`id ${JSON.stringify(id)}`, { id })),
    ...NETWORKS.flatMap((network) => [
      {
        what: `network ${JSON.stringify(network)}`,
        request: { op: 'open-network', network: { ...NETWORK, ...network } },
      },
    ]),
    ...USERS.flatMap((id) =>
      [{ uid: id }, { gid: id }].flatMap((change) => {
        const order = mountOrder(`uses a file system as ${JSON.stringify(change)}`, change);
        const { mount } = order.request;
        const code = id > 65_534 ? 'BAD_REQUEST' : 'NOT_ALLOWED';
        return [order, start(`runs with ${JSON.stringify(change)}`, { mounts: [mount] })].map((one) => ({
          ...one,
          code,
        }));
      }),
    ),
    ...INTERFACES.flatMap((hostInterface) => {
      const network = { ...NETWORK, hostInterface };
      const code = 'NOT_ALLOWED';
      return [
        { what: `takes ${hostInterface}`, request: { op: 'open-network', network }, code },
        { ...start(`runs on ${hostInterface}`, { network: { kind: 'vpc', network } }), code },
      ];
    }),
    ...ODD.map((request) => ({ what: JSON.stringify(request), request })),
    ...FRAMES.map((request) => ({ what: 'a malformed frame', request })),
  ];

  function mountOrder(what: string, change: object) {
    const folder = { kind: 'folder', path: `${places.folder}/shared` };
    const mount = { source: folder, target: '/mnt/x', readOnly: false, uid: 1003, gid: 1003, ...change };
    return { what, request: { op: 'try-mount', mount } };
  }
}

/** Outside of what may be shown, or out of it by a link, or no path at all. */
function pathsOf({ folder, secret }: OrderPlaces): unknown[] {
  const links = ['code', 'links/s', 'shared', 'images'].flatMap((place) =>
    ['to-root', 'to-etc', 'to-shadow', 'to-proc', 'to-up', 'to-secret', 'to-secret/secret', 'to-root/root'].map(
      (name) => `${folder}/${place}/${name}`,
    ),
  );
  return [
    ...['/', '/etc', '/etc/shadow', '/root', '/proc', '/proc/1/root', '/proc/self/fd/3', '/sys', '/dev', '/dev/mem'],
    ...['/run', '/run/funcgraph', '/var/lib', '/home', '/boot', '/tmp', '/var/run/docker.sock'],
    ...[
      secret,
      `${secret}/secret`,
      `${folder}/../`,
      `${folder}/code/../../etc`,
      `${folder}//code`,
      `${folder}/./code/x`,
    ],
    ...[`${folder}-secret`, 'etc/shadow', '', 'code', '-o', `${folder}/code/missing`, `/${'a'.repeat(5000)}`],
    ...[null, 7, {}, [], true, 'a\0b'],
    ...links,
  ];
}

const TARGETS = [
  ...['/', '/etc', '/etc/passwd', '/usr/bin', '/bin/sh', '/lib', '/proc', '/proc/1', '/dev/null', '/sys', '/tmp'],
  ...['/run/funcgraph/link.sock', '/opt/function/../../etc', '/opt//x', 'opt', '', null, 1, {}],
];

/** File servers and exports beside the one that the rules allow, `storage.example:/export/team`. */
const EXPORTS = [
  { host: 'storage.example', path: '/' },
  { host: 'storage.example', path: '/export' },
  { host: 'storage.example', path: '/export/team-2' },
  { host: 'storage.example', path: '/export/other' },
  { host: 'STORAGE.example', path: '/export/team' },
  { host: 'localhost', path: '/export/team' },
  { host: '169.254.169.254', path: '/' },
];

const AMOUNTS = [
  ...['memoryBytes', 'cpuMillis', 'tmpBytes', 'maxProcesses', 'maxFiles'].flatMap((name) =>
    [-1, 0, 0.5, 1e300, 2 ** 50, '1', null, {}].map((value) => ({ [name]: value })),
  ),
  { command: [] },
  { command: ['sh'] },
  { command: 'sh' },
  { command: Array.from({ length: 2000 }, () => '/bin/true') },
  { env: { 'A=B': 'x' } },
  { env: { '': 'x' } },
  { env: { A: 'x\0--bind\0/\0/' } },
  { env: [] },
  { workingDir: '/opt/../etc' },
  { workingDir: 'x' },
  { mounts: {} },
  { network: { kind: 'host' } },
  { network: null },
];

const IDS = ['', '.', '..', '../x', '/etc', 'a/b', '-o', 'a b', 'a\0b', 'a\nb', 'x'.repeat(65), null, 5, {}];

const NETWORK = { id: 'a1b2c3d4', cidr: '10.98.0.0/24', nat: false };
const NETWORKS = [
  ...['8.8.8.0/24', '1.1.1.0/24', '0.0.0.0/0', '127.0.0.0/16', '169.254.0.0/16', '224.0.0.0/16', '10.0.0.1/24'].map(
    (cidr) => ({ cidr }),
  ),
  ...['', '10.98.0.0/8', '10.98.0.0/31', '10.98.0.0/24; flush ruleset', null].map((cidr) => ({ cidr })),
  ...['100.100.100.192/28', '100.100.0.0/16'].map((cidr) => ({ cidr })),
  ...['', 'x', '../../x', 'a1b2c3d4; drop', 'A1B2C3D4', null].map((id) => ({ id })),
  ...['lo', '../x', '-x', 'a b', 'x'.repeat(20), 'no-such-one', '', 7].map((hostInterface) => ({ hostInterface })),
  { nat: 'yes' },
];

/** Ids of system users, of `nobody`, of sandboxes. */
const USERS = [1, 2, 33, 42, 999, 60_000, 65_534, 65_535, 299_999, 300_000, 304_096, 2 ** 32 - 2];

/** The rules name none. */
const INTERFACES = ['lo', 'eth0', 'docker0', 'br-lan', 'wg0', 'fg00e0', 'ifb0', 'no-such-one'];

const ODD = [
  { op: 'run', command: 'id' },
  { op: '__proto__' },
  { op: null },
  {},
  ...['share', 'usage', 'freeze', 'thaw'].map((op) => ({ op, id: 'no-such-sandbox' })),
  ...['share', 'usage', 'stop'].map((op) => ({ op, id: '../..' })),
  { op: 'assign', id: 'x', assignment: { memoryBytes: 1, cpuMillis: 1, binds: [{ source: '/etc', target: '/etc' }] } },
  { op: 'assign', id: 'no-such-sandbox', assignment: { memoryBytes: 1 << 28, cpuMillis: 1, binds: [] } },
  { op: 'close-network', id: '../x' },
  {
    op: 'try-mount',
    mount: { source: { kind: 'device', path: '/dev/sda' }, target: '/mnt/x', readOnly: false, uid: 1, gid: 1 },
  },
  {
    op: 'try-mount',
    mount: { source: { kind: 'nfs', host: '-o', export: '/' }, target: '/mnt/x', readOnly: false, uid: 1, gid: 1 },
  },
  {
    op: 'try-mount',
    mount: { source: { kind: 'folder', path: '/srv' }, target: '/etc', readOnly: false, uid: 1, gid: 1 },
  },
];

const FRAMES = [
  '{',
  '[]',
  'null',
  '"x"',
  '{"seq":"1"}',
  '\u0000\u0001',
  '[['.repeat(50_000),
  '{"seq":-1}',
  'GET / HTTP/1.1',
];

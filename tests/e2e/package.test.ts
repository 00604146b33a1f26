import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPostgres, PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { listeningPostgres, urlOver, whyNoMachines } from '../machines/machines.ts';
import { MachineNetwork } from '../machines/network.ts';
import { ANY_PORTS } from '../server.ts';
import { ciJobs, type Job } from './container/ci-jobs.ts';
import { ClusterContainers } from './container/cluster-containers.ts';
import { Container, noCrun } from './container/crun.ts';
import { buildImage, composeService, type Image } from './container/image.ts';
import type { Bind, Service } from './container/oci-config.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

let place: string;
let env: NodeJS.ProcessEnv;
let fgs: string;
let archive: string;

/** What `npm install` does in an empty folder, with the packages that this machine has already. */
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'funcgraph-package-'));
  // root starts the server as another user
  await chmod(place, 0o755);
  // the programs are built already
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', place], { cwd: ROOT });
  [archive = ''] = await readdir(place);
  expect(archive).toMatch(/^funcgraph-\d+\.\d+\.\d+\.tgz$/);
  const installed = join(place, 'node_modules/funcgraph');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(place, archive), '-C', installed, '--strip-components=1']);
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, object>;
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of needed) {
    await mkdir(dirname(join(place, 'node_modules', name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(place, 'node_modules', name));
  }
  // the script after the installation compiles the helpers from sources that the package has
  expect(await readdir(join(installed, 'packages/agent/native'))).toContain('helper.h');
  await cp(join(ROOT, 'packages/agent/native/build'), join(installed, 'packages/agent/native/build'), {
    recursive: true,
  });
  fgs = join(place, 'node_modules/.bin/fgs');
  await mkdir(dirname(fgs));
  await symlink(`../funcgraph/${(manifest.bin as { fgs: string }).fgs}`, fgs);
  env = { PATH: process.env.PATH, HOME: place };
});
afterAll(() => rm(place, { recursive: true }));

test('the package of npm pack runs a server with a function and the console', async () => {
  const up = await run(fgs, ['up', '--once', '--data-dir', join(place, 'data'), ...ANY_PORTS], { cwd: place, env });
  expect(up.stdout).toContain('hello({"name":"Funcgraph"}) = {"message":"Hello, Funcgraph!"}');
  const page = join(place, 'node_modules/funcgraph/packages/console/dist/index.html');
  expect(await readFile(page, 'utf8')).toContain('<html');
});

test('its guides lead to pages of the documentation that it has', async () => {
  const guides = join(place, 'node_modules/funcgraph/docs/guides');
  const broken: string[] = [];
  for (const guide of await readdir(guides)) {
    const text = await readFile(join(guides, guide), 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+\.(?:md|json))(?:#[^)]*)?\)/g)) {
      if (!link.startsWith('../../') && !existsSync(join(guides, link))) broken.push(`${guide} → ${link}`);
    }
  }
  expect(broken).toEqual([]);
});

test('its maintenance and its checks of the machine work too', async () => {
  const data = ['--data-dir', join(place, 'data')];
  expect((await run(fgs, ['check', ...data], { cwd: place, env })).stdout).toContain('No fault found.');
  // it fails on machines that lack something
  const doctor = await run(fgs, ['doctor', ...data], { cwd: place, env }).catch((error: { stdout: string }) => error);
  expect(doctor.stdout).toMatch(/^ok +database +SQLite module loads$/m);
  expect((await run(fgs, ['--version'], { env })).stdout).toMatch(/^fgs \d/);
});

/** With FGS_CONTAINER_FULL it installs packages of Debian. */
const MOST_BUILD_MS = 30 * 60_000;
const NO_CRUN = noCrun();
if (NO_CRUN !== undefined) test.skip(`containers: ${NO_CRUN}`, () => {});

describe.skipIf(NO_CRUN !== undefined)('the image of deploy/Containerfile', () => {
  const running: Container[] = [];
  let image: Image;
  let service: Awaited<ReturnType<typeof composeService>>;
  beforeAll(async () => {
    service = await composeService();
    image = await buildImage(place, join(place, archive), join(place, 'node_modules/funcgraph'));
  }, MOST_BUILD_MS);
  afterAll(async () => {
    for (const container of running) await container.remove();
  });

  interface Options {
    readonly as: Service;
    readonly volume: string;
    readonly command?: readonly string[];
    readonly variables?: Readonly<Record<string, string>>;
    readonly more?: readonly Bind[];
  }

  async function start({ as, volume, command = image.command, variables = {}, more = [] }: Options) {
    const from = join(place, volume);
    await mkdir(from, { recursive: true });
    if (as.user !== undefined) await chown(from, Number(as.user), Number(as.user));
    const binds = [...image.binds, { from, to: '/var/lib/funcgraph', writable: true }, ...more];
    const env = { ...image.env, ...variables };
    const container = Container.start(place, { service: as, root: image.root, binds, env, command });
    running.push(container);
    return container;
  }

  test('runs functions within their limits as the service of the compose file, and again after a restart', async ({
    annotate,
  }) => {
    const cluster = findPostgres() === undefined ? undefined : await PostgresCluster.start();
    try {
      const { FGS_DATABASE_URL = '' } = service.environment;
      expect(FGS_DATABASE_URL).toMatch(/^postgres:\/\/funcgraph:.*@database\/funcgraph$/);
      // the database of the compose file is reached by its name; this one, by its socket
      const variables = cluster === undefined ? {} : { FGS_DATABASE_URL: (await cluster.create()).reveal() };
      const more = cluster === undefined ? [] : [{ from: cluster.folder, to: cluster.folder }];
      const options = { as: service, volume: 'of-compose', variables, more };
      const isUp = (container: Container) => expect.poll(() => container.output).toContain('isolation    bubblewrap');
      const call = (container: Container) => container.exec(['fgs', 'functions', 'invoke', 'hello']);

      const first = await start(options);
      await isUp(first);
      expect(first.output).toContain('server user  funcgraph');
      // the only thing that --privileged would add
      const missing = first.output.split('\n').filter((line) => line.startsWith('    - '));
      expect(
        missing.every((line) => line.includes('/tmp')),
        missing.join('\n'),
      ).toBe(true);
      const example = '/opt/funcgraph/lib/node_modules/funcgraph/examples/hello';
      const flags = ['--runtime', 'Node.js', '--handler', 'index.handler'];
      const deployed = await first.exec(['fgs', 'functions', 'deploy', example, ...flags]);
      expect(deployed.output).toContain('hello: created');
      expect((await call(first)).output).toContain('{"message":"Hello, World!"}');
      // The rights of the service are enough for runtimes that wait for code.
      expect(first.output).not.toContain('EACCES');
      const doctor = await first.exec(['fgs', 'doctor']);
      expect(doctor.output).toMatch(/^ok +container /m);
      expect(doctor.code).toBe(0);
      expect(await first.stop()).toBe(0);

      const started = performance.now();
      const second = await start(options);
      await isUp(second);
      expect((await call(second)).output).toContain('{"message":"Hello, World!"}');
      await annotate(`from the start of a container to its first call: ${Math.round(performance.now() - started)} ms`);
      expect(await second.stop()).toBe(0);
    } finally {
      await cluster?.stop();
    }
  });

  const noCluster = findPostgres() === undefined ? 'no PostgreSQL' : whyNoMachines();
  test.skipIf(noCluster !== undefined)('runs the servers of the compose file of a cluster', async () => {
    const folder = join(place, 'cluster');
    await mkdir(folder);
    using network = new MachineNetwork(['node1', 'node2']);
    const cluster = await listeningPostgres(network);
    try {
      const database = urlOver(network, cluster, await cluster.create());
      const containers = new ClusterContainers({ folder, image, network, database });
      const isUp = (container: Container) => expect.poll(() => container.output).toContain('isolation    bubblewrap');
      const first = await containers.start('node1');
      running.push(first);
      await isUp(first);
      const token = await first.exec(['fgs', 'cluster', 'token']);
      expect(token.code, token.output).toBe(0);
      await containers.write('token2', token.output);
      const second = await containers.start('node2');
      running.push(second);
      await isUp(second);
      const status = await first.exec(['fgs', 'cluster', 'status', '--output', 'json']);
      expect(status.output).toContain(`${network.addressOf('node1')}:8090`);
      expect(status.output).toContain(`${network.addressOf('node2')}:8090`);
      const example = '/opt/funcgraph/lib/node_modules/funcgraph/examples/hello';
      const flags = ['--runtime', 'Node.js', '--handler', 'index.handler'];
      expect((await first.exec(['fgs', 'functions', 'deploy', example, ...flags])).output).toContain('hello: created');
      // its code comes from the volume that all mount
      const credentials = await readFile(join(folder, 'volume-data1/credentials.json'), 'utf8');
      await containers.write('volume-data2/credentials.json', credentials);
      const call = await second.exec(['fgs', 'functions', 'invoke', 'hello']);
      expect(call.output).toContain('{"message":"Hello, World!"}');
      expect([await second.stop(), await first.stop()]).toEqual([0, 0]);
    } finally {
      for (const container of running) await container.remove();
      await cluster.stop();
    }
  });

  const open = ['seccomp=unconfined', 'apparmor=unconfined', 'systempaths=unconfined'];
  const up = ['fgs', 'up', '--once', '--data-dir', '/var/lib/funcgraph/of-user'];
  test.each([
    ['isolates functions without any gap in a privileged container', { privileged: true }, [], ['bubblewrap']],
    [
      'isolates functions of a user other than root with an open /proc alone',
      { user: '1000', security_opt: open },
      [],
      ['bubblewrap', 'Instances share one user', 'Memory is neither limited'],
    ],
    [
      'runs functions without isolation in a container without any option',
      { user: '1000' },
      ['--sandbox', 'process'],
      ['process', 'NO ISOLATION'],
    ],
  ])('%s', async (title, as: Service, flags, [isolation, ...gaps]) => {
    const volume = title.replaceAll(/\W+/g, '-');
    const container = await start({ as, volume, command: [...up, ...flags] });
    expect(await container.ended(), container.output).toBe(0);
    expect(container.output).toContain(`isolation    ${isolation}`);
    expect(container.output).toContain('= {"message":"Hello, Funcgraph!"}');
    for (const gap of gaps) expect(container.output).toContain(gap);
    expect(container.output.includes('Not enforced')).toBe(gaps.length > 0);
  });

  test.each([2, 3])('runs the commands of the guide about CI as a job: %i', async (at) => {
    const { isPrivileged, variables, commands } = (await ciJobs())[at] as Job;
    const work = join(place, `job-${at}`);
    await cp(join(ROOT, 'examples/testing'), work, { recursive: true });
    const container = await start({
      as: { privileged: isPrivileged },
      volume: `of-job-${at}`,
      variables,
      more: [{ from: work, to: '/srv', writable: true }],
      // a server that is killed leaves frozen instances, which only cgroup version 2 ends with the job
      command: ['sh', '-ec', ['cd /srv', ...commands, 'kill $!', 'wait $!'].join('\n')],
    });
    expect(await container.ended(), container.output).toBe(0);
    expect(container.output).toContain('{"text":"Welcome, CI!"}');
    const log = await readFile(join(work, 'server.log'), 'utf8');
    expect(log).toContain(`isolation    ${isPrivileged ? 'bubblewrap' : 'process'}`);
  });

  test('says in a container without options which ones it needs', async () => {
    const command = ['sh', '-c', `${image.command.join(' ')}; fgs doctor`];
    const container = await start({ as: {}, volume: 'of-nothing', command });
    expect(await container.ended(), container.output).toBe(1);
    expect(container.output).toContain('ROOT_RIGHTS: root cannot start functions here: it has no capability SYS_ADMIN');
    expect(container.output).toMatch(/^fail +container +inside one that lacks SYS_ADMIN, NET_ADMIN, SYS_PTRACE/m);
    const needed = [
      ...(service.cap_add ?? []).map((name) => `--cap-add ${name}`),
      '--security-opt systempaths=unconfined',
    ];
    for (const option of needed) expect(container.output).toContain(option);
  });
});

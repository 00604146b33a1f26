import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeRegistry, LOGIN } from '../../packages/server/src/images/registry/fake-registry.ts';
import { fakeTar } from '../../packages/server/src/images/testing.ts';
import { findPostgres, NO_POSTGRES } from '../../packages/server/src/storage/testing-cluster.ts';
import { staticBusybox, webImage } from '../images.ts';
import { whyNoMachines } from '../machines/machines.ts';
import { ROOT } from '../server.ts';
import { Guides, type Reading } from './guides.ts';

/** Pages about other programs of the machine, with these programs: npm, pip, Go, PostgreSQL, an engine of containers. */
let guides: Guides;
let folder: string;
let registry: FakeRegistry;
beforeAll(async () => {
  guides = await Guides.open();
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-guide-'));
  registry = await FakeRegistry.start();
  const layers = [fakeTar([{ name: 'server', data: 'no program', mode: 0o755 }])];
  registry.push('v1', { layers, entrypoint: ['/server'] });
});
afterAll(async () => {
  await guides?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
const { homedir } = userInfo();

/** Undefined when it runs. */
function whyNot(program: string, args: readonly string[], reason: string): string | undefined {
  try {
    execFileSync(program, args, { stdio: 'pipe', timeout: 60_000, env: { ...process.env, HOME: homedir } });
    return undefined;
  } catch {
    return reason;
  }
}

/** npm and pip as the user of the tests has set them up; what npm has fetched before is not fetched again. */
const REGISTRIES = `export npm_config_userconfig='${homedir}/.npmrc' npm_config_cache='${homedir}/.npm' npm_config_prefer_offline=true
export ${Object.entries(process.env)
  .filter(([name]) => /^(pip|npm_config)_/i.test(name))
  .map(([name, value]) => `${name}='${value}'`)
  .concat('npm_config_audit=false')
  .join(' ')}`;
const noNpm = () =>
  whyNot('npm', ['view', 'q@1.5.1', 'version', '--prefer-offline', '--fetch-retries=0'], 'npm reaches no registry');
const noPip = () => whyNot('python3', ['-m', 'pip', '--version'], 'there is no pip');

/** The program of the SDK on a page of Markdown. */
const program = (page: string): string =>
  /^```js\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, page), 'utf8'))?.[1] ?? '';

const SHELL_OF_POSTGRES = (bin: string): string => `cluster=$(mktemp -d /tmp/funcgraph-guide-pg-XXXXXX)
trap "runuser -u postgres -- ${bin}/pg_ctl -D $cluster/data -m immediate stop; rm -r $cluster" EXIT
chown postgres $cluster && chmod 711 $cluster
runuser -u postgres -- ${bin}/initdb -D $cluster/data --no-sync --auth=scram-sha-256 --auth-local=trust > /dev/null
printf 'local all postgres trust\\nlocal all all scram-sha-256\\n' > $cluster/data/pg_hba.conf
runuser -u postgres -- ${bin}/pg_ctl -D $cluster/data -o "-c listen_addresses= -c unix_socket_directories=$cluster" -w start > /dev/null
# the password is typed twice; without a terminal it is read from the input
sudo() { printf 'PASSWORD\\nPASSWORD\\n' | PGHOST=$cluster setsid -w runuser -u postgres -- "\${@:3}"; }
export PATH=${bin}:$PATH OWN_DATA_DIR=$PWD/funcgraph`;

/** A network of its own, with a server in it that ends with the page. */
const SHELL_OF_NETWORK = `ip link set lo up
ip link add eth1 type veth peer name far1
ip link add vnet0 type veth peer name vnet1
export FGS_DATA_DIR=$PWD/own
serve() {
  fgs start --port 0 --gateway-port 0 --storage-port 0 > server.log 2>&1 &
  trap "kill $!; wait $!" EXIT
  until grep 'Funcgraph is up' server.log; do kill -0 $! || { cat server.log; return 1; }; sleep 0.1; done
  mkdir hello && echo 'exports.handler = async (event, context) => 7' > hello/index.js
  fgs functions deploy ./hello --runtime Node.js --handler index.handler
  fgs iam accounts create other-team --save other-team.json
}`;

interface Page {
  readonly place: string;
  /** Of skipping it. */
  readonly why: () => string | undefined;
  readonly reading: () => Reading;
  readonly texts: readonly string[];
}

const PAGES: readonly Page[] = [
  {
    place: 'README.md#Start',
    why: () => undefined,
    reading: () => ({ before: `export OWN_DATA_DIR=$PWD/up && cd '${ROOT}'` }),
    texts: ['Funcgraph is up', 'hello({"name":"Funcgraph"}) = {"message":"Hello, Funcgraph!"}'],
  },
  {
    place: 'README.md#From the official SDK',
    why: noNpm,
    reading: () => {
      const credentials = join(guides.server.dataDir, 'credentials.json');
      writeFileSync(
        join(folder, 'sdk.cjs'),
        program('README.md').replace('/var/lib/funcgraph/credentials.json', credentials),
      );
      return {
        before: `${REGISTRIES}
npx fgs functions deploy '${ROOT}/examples/hello' --name greet --runtime Node.js --handler index.handler`,
        after: `cp '${folder}/sdk.cjs' . && node sdk.cjs`,
      };
    },
    texts: ['{"message":"Hello, Ada!"}'],
  },
  {
    place: 'dependencies.md#Public packages',
    why: () => noNpm() ?? noPip(),
    reading: () => ({
      before: `mkdir picture && echo "exports.handler = async (event, context) => require('lodash').VERSION" > picture/index.js
npx fgs functions deploy picture --runtime Node.js --handler index.handler`,
      after: 'npx fgs functions invoke picture',
    }),
    texts: ['updated depend_version_list\n4.17.21'],
  },
  {
    place: 'go.md',
    why: () => whyNot('go', ['version'], 'the Go compiler is not on this machine (Debian: golang-go)'),
    // with no way to fetch anything
    reading: () => ({
      before: `export GOPROXY=off GOTOOLCHAIN=local GOCACHE='${tmpdir()}/funcgraph-test-go-${process.getuid?.() ?? 0}/go-build'`,
    }),
    texts: ['{"hello":"go"}'],
  },
  {
    place: 'postgresql.md',
    why: () =>
      isRoot ? (findPostgres() === undefined ? NO_POSTGRES : undefined) : 'only root acts as the user postgres',
    reading: () => ({
      before: SHELL_OF_POSTGRES(findPostgres() ?? ''),
      instead: {
        '/etc/funcgraph-database-url': '$PWD/database-url',
        "'postgres://funcgraph:PASSWORD@db.example:5432/funcgraph'": `"postgres://funcgraph:PASSWORD@$(echo $cluster | sed s,/,%2F,g)/funcgraph"`,
        '-C /var/lib ': '-C $PWD ',
      },
      after: 'pg_restore --list funcgraph.dump && tar -tf funcgraph-data.tar',
    }),
    texts: [
      'PostgreSQL',
      'hello({"name":"Funcgraph"})',
      'TABLE DATA public kysely_migration funcgraph',
      'funcgraph/master.key',
    ],
  },
  {
    place: 'networks.md',
    why: whyNoMachines,
    reading: () => ({
      under: ['unshare', '--net'],
      before: SHELL_OF_NETWORK,
      instead: {
        'npx fgs start': 'serve',
        fgn0a1b2c3d: `$(npx fgs networks list --output json | node -p 'JSON.parse(require("fs").readFileSync(0))[0].bridge')`,
      },
      after: 'ip -brief link show master $(ip -o link show vnet0 | sed "s/.*master \\([^ ]*\\).*/\\1/")',
    }),
    texts: ['backend', 'other-team', 'eth1', 'vnet0@vnet1'],
  },
  {
    place: 'container-images.md',
    why: () =>
      isRoot
        ? (whyNot('podman', ['--version'], 'there is no podman, which stands for Docker here') ??
          (staticBusybox() === undefined ? 'there is no static busybox (Debian: busybox-static)' : undefined))
        : 'only root has a store of images of its own',
    reading: () => {
      const image = webImage('team/app:v1', staticBusybox() ?? '');
      writeFileSync(join(folder, 'built.tar'), image);
      return {
        before: `store=$(mktemp -d /tmp/funcgraph-guide-podman-XXXXXX) && trap 'rm -r $store' EXIT
docker() { podman --root $store/images --runroot $store/run --tmpdir $store/tmp --storage-driver vfs "$@"; }
docker load --input '${folder}/built.tar'
docker save --format oci-dir -o layout team/app:v1
echo '${LOGIN.password}' > password.txt`,
        instead: {
          'registry.example.com/team/app:v1': `${registry.host}/team/app:v1 --plain-http`,
          'localhost:5000/app:v1': `${registry.host}/team/app:v1`,
          'username me': `username ${LOGIN.username}`,
        },
      };
    },
    texts: ['team/app:v1', 'app: created'],
  },
  { place: 'console.md', why: () => undefined, reading: () => ({}), texts: ['/console/#'] },
];

for (const { place, why, reading, texts } of PAGES) {
  test(`every command of ${place} works on a machine that has its programs`, async ({ skip }) => {
    const reason = why();
    if (reason !== undefined) skip(reason);
    const [page = '', heading] = place.split('#');
    const stdout = await guides.read(page, { heading, ...reading() });
    for (const text of texts) expect(stdout).toContain(text);
  });
}

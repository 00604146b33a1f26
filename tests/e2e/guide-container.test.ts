import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../server.ts';
import { Guides } from './guides.ts';

let guides: Guides;
beforeAll(async () => {
  guides = await Guides.open();
});
afterAll(() => guides?.[Symbol.asyncDispose]());

const PROGRAMS = ['podman', 'docker-compose', 'mmdebstrap', 'catatonit', 'nft', 'npm'];
const HERE = join(import.meta.dirname, 'container');
const CACHE = join(tmpdir(), 'funcgraph-test-containers');
/** From nothing, the images take minutes, on a busy machine twice as many. */
const LONGEST_MS = 1_200_000;

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root makes the images that cannot be fetched';
  const missing = PROGRAMS.filter((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined);
  return missing.length === 0 ? undefined : `these programs are missing: ${missing.join(', ')}`;
}

/** The compose file says which ports it uses. */
async function takenPort(): Promise<number | undefined> {
  for (const port of [8080, 8081, 8082]) {
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    server.close();
    if (!isFree) return port;
  }
  return undefined;
}

test('every command of the guide about containers works with Podman, and nothing is left of it', {
  timeout: LONGEST_MS,
}, async ({ skip }) => {
  const reason = whyNot();
  if (reason !== undefined) skip(reason);
  const port = await takenPort();
  if (port !== undefined) skip(`port ${port} of this machine is taken`);
  mkdirSync(CACHE, { recursive: true, mode: 0o700 });
  const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const stdout = await guides.read('container.md', {
    longestMs: LONGEST_MS,
    under: ['flock', join(CACHE, 'lock'), ...namespaces],
    // the programs are built: building them again would disturb other tests
    before: `cp -r '${ROOT}/deploy' '${ROOT}/examples' .
CACHE='${CACHE}'
source '${HERE}/engine.sh'
images deploy '${HERE}/postgres'
serve
npm() { (cd '${ROOT}' && command npm --ignore-scripts "$1" "$2" "$OLDPWD/$3"); }`,
    instead: { 'deploy/compose.yaml': 'deploy/compose.yaml --file deploy/compose.podman.yaml' },
    after: 'nothing_left',
  });
  const texts = ['ok    PostgreSQL', '/console/', 'hello: created', '{"message":"Hello, Ada!"}', 'nothing is left\n'];
  for (const text of texts) expect(stdout).toContain(text);
});

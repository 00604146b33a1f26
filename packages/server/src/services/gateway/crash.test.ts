import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPlace } from '../../storage/testing.ts';
import { openAt } from '../../storage/testing-place.ts';
import { crashParts } from './crash-parts.fixture.ts';

const APIS = 3;
/** A publication is the number of the release, the end of the one before, memory, the new one and its history. */
const STATEMENTS = 5;

const dir = mkdtempSync(join(tmpdir(), 'fg-gateway-crash-'));
const publisher = fileURLToPath(new URL('./crash-publisher.fixture.ts', import.meta.url));

interface Acknowledged {
  readonly number: number;
  readonly path: string;
}

let place: string;
let groupId: string;
beforeAll(async () => {
  place = await newPlace(dir);
  const storage = await openAt(place);
  const { feed, groups, apis } = await crashParts(storage);
  const group = await groups.create('p1', { name: 'shop', description: '' });
  groupId = group.id;
  for (let n = 0; n < APIS; n += 1) {
    await apis.create(group, {
      ...{ name: `api${n}`, method: 'GET', path: `/api${n}`, below: false, auth: 'NONE' },
      backend: { functionId: 'f1', package: 'default', name: 'hello', qualifier: 'latest' },
      ...{ timeoutMs: 5000, async: false },
    });
  }
  feed.stop();
  await storage.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The last acknowledged release of each API. With a step the publisher kills itself there, otherwise after so many. */
async function publishUntilKilled(run: string, { step = '', killAt = Infinity }): Promise<Map<string, Acknowledged>> {
  const args = ['--conditions=@funcgraph/source', publisher, place, groupId, run, step];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.split('\n').length > killAt) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  const lines = output.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const [api = '', number, path = ''] = line.split(' ');
      return [api, { number: Number(number), path }];
    }),
  );
}

/** Releases of each API that serve requests after a start, and are live in its history. */
async function served(): Promise<Map<string, Acknowledged>> {
  const storage = await openAt(place);
  const { feed, live, apis } = await crashParts(storage);
  try {
    const group = live.group(groupId);
    const found = new Map<string, Acknowledged>();
    for (const api of group === undefined ? [] : await apis.list(group)) {
      const releases = live.releases(api.id);
      const history = await apis.history(api, 'RELEASE');
      expect(history.filter((release) => release.live)).toEqual(releases);
      expect(releases.length).toBeLessThan(2);
      for (const { number, definition } of releases) found.set(api.id, { number, path: definition.path });
    }
    return found;
  } finally {
    feed.stop();
    await storage.close();
  }
}

it('killed at each statement of a publication, the release before it is served', { timeout: 120_000 }, async () => {
  for (let step = 1; step <= STATEMENTS; step += 1) {
    const acknowledged = await publishUntilKilled(`at${step}`, { step: String(step) });
    expect(acknowledged.size).toBe(1);
    expect(await served()).toEqual(acknowledged);
  }
});

it('killed under load, each API serves one release, and none older than the last that was acknowledged', {
  timeout: 120_000,
}, async () => {
  for (const killAt of [20 + Math.floor(Math.random() * 20), 80]) {
    const acknowledged = await publishUntilKilled(`load${killAt}`, { killAt });
    const now = await served();
    expect(acknowledged.size).toBe(APIS);
    for (const [api, { number, path }] of acknowledged) {
      const release = now.get(api);
      expect(release?.number).toBeGreaterThanOrEqual(number);
      if (release?.number === number) expect(release.path).toBe(path);
    }
  }
});

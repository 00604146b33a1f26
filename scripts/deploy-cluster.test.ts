import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SERVER_FLAGS } from '../packages/cli/src/commands/start.ts';

const FOLDER = resolve(import.meta.dirname, '../deploy/cluster');
const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const NO_COMPOSE = spawnSync('docker-compose', ['version']).error !== undefined;
const NO_HAPROXY = spawnSync('haproxy', ['-v']).error !== undefined;

describe('the example of a cluster', () => {
  test.skipIf(NO_HAPROXY)('has a configuration that HAProxy accepts', () => {
    const { status, stderr } = spawnSync('haproxy', ['-c', '-f', join(FOLDER, 'haproxy.cfg')], { encoding: 'utf8' });
    expect([status, stderr.includes('[ALERT]')]).toEqual([0, false]);
  });

  test.skipIf(NO_COMPOSE).each(['compose.yaml', '../compose.yaml'])('has %s that Docker Compose accepts', (name) => {
    const args = ['--file', join(FOLDER, name), '--profile', 'joined', 'config', '--quiet'];
    const env = { PATH: process.env.PATH, POSTGRES_PASSWORD: 'of-the-test' };
    const { status, stderr } = spawnSync('docker-compose', args, { encoding: 'utf8', env });
    expect([status, stderr]).toEqual([0, '']);
  });

  test.each(['compose.yaml', '../compose.yaml'])('has checks of health in %s that are words', (name) => {
    const { services } = parse(text(name), { merge: true }) as {
      services: Record<string, { healthcheck?: { test: unknown[] } }>;
    };
    const words = Object.values(services).flatMap(({ healthcheck }) => healthcheck?.test ?? []);
    expect(words.length).toBeGreaterThan(6);
    expect(words.filter((word) => typeof word !== 'string')).toEqual([]);
  });

  test('has commands with flags that exist', () => {
    const unit = text('systemd/funcgraph.service').replaceAll('\\\n', ' ');
    const written = [/^ExecStart=\S+ (.*)$/m.exec(unit)?.[1] ?? '', text('README.md').replaceAll('\n', ' ')].join(' ');
    const flags = [...written.matchAll(/--([a-zA-Z][a-zA-Z-]+)/g)].map(([, name = '']) => name);
    const ofOthers = ['detach', 'no-TTY', 'profile'];
    const known = [...Object.keys(SERVER_FLAGS), ...ofOthers];
    expect(flags.length).toBeGreaterThan(8);
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
  });

  test('has three servers with addresses and data of their own, and settings that exist', () => {
    const { services } = parse(text('compose.yaml'), { merge: true }) as {
      services: Record<string, { environment?: Record<string, string>; volumes?: string[] }>;
    };
    const servers = ['node1', 'node2', 'node3'].map((name) => services[name]);
    const of = (setting: string) => new Set(servers.map((server) => server?.environment?.[setting]));
    expect(of('FGS_CLUSTER_ADDRESS').size).toBe(3);
    expect([...of('FGS_ARTIFACTS')]).toEqual(['/srv/artifacts']);
    expect(new Set(servers.map((server) => server?.volumes?.[0])).size).toBe(3);
    const written = [text('systemd/cluster.env'), text('compose.yaml')].join('\n');
    const settings = readFileSync(join(FOLDER, '../../packages/server/src/config/schema.ts'), 'utf8');
    const names = new Set([...written.matchAll(/^ *FGS_([A-Z_]+)[:=]/gm)].map(([, name = '']) => name.toLowerCase()));
    expect([...names].filter((name) => !settings.includes(`    ${name}:`))).toEqual([]);
    expect(names.size).toBeGreaterThan(4);
  });
});

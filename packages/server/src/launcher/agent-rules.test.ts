import { expect, it } from 'vitest';
import { loadConfig } from '../config/index.ts';
import { agentRules } from './agent-rules.ts';

const rulesOf = (argv: readonly string[]) =>
  agentRules({ config: loadConfig(['--data-dir', '/data', ...argv], {}), linkDir: '/run/links', serverUser: 998 });

it('lets an agent use the paths of the configuration, and nothing else of the machine', () => {
  expect(
    rulesOf([
      ...['--mount-roots', '/srv/a', '--mount-users', '1003', '--nfs-exports', 'nas:/export'],
      ...['--host-interfaces', 'eth1'],
    ]),
  ).toMatchObject({
    mounts: ['/srv/a'],
    mountUsers: [{ from: 1003, to: 1003 }],
    exports: [{ host: 'nas', path: '/export' }],
    interfaces: ['eth1'],
    serverUser: 998,
  });
  expect(rulesOf([])).toMatchObject({ exports: [], interfaces: [], withoutIsolation: false });
});

it('shows the contents of a closed folder of the data directory, and of no other place', () => {
  const { code, images } = rulesOf([]);
  const closed = [...code, ...images].filter(({ evenClosed }) => evenClosed);
  expect(closed).toEqual([
    { path: '/data', only: ['artifacts', 'runtimes'], evenClosed: true },
    { path: '/data', only: ['images'], evenClosed: true },
  ]);
});

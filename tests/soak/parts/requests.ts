import { ROUTES } from '@funcgraph/api';
import { fakeZip } from '../../../packages/server/src/artifacts/testing.ts';
import { BODIES } from '../../../packages/server/test/hostile-inputs.ts';
import { project, type RawAnswer, request, signIn } from '../../functions.ts';
import { openRequest } from '../../raw-connection.ts';
import type { TestServer } from '../../server.ts';
import { pause } from '../verdict.ts';
import type { Part } from './part.ts';

const MB = 1024 * 1024;
const HELD = 200;

const path = (server: TestServer, route: keyof typeof ROUTES): string =>
  ROUTES[route].path.replace('{project_id}', project(server).project_id);

function expectRefusal({ status, text }: RawAnswer, what: string): void {
  if (status < 400 || status >= 500 || !text.includes('"error_code"'))
    throw new Error(`${what}: answered ${status} ${text.slice(0, 200)}`);
}

export const bodies: Part = {
  name: 'bodies',
  what: 'sockets held without credentials: heads and bodies that dribble, large bodies, on both ports',
  callers: 'nothing',
  async run({ server }) {
    const create = path(server, 'createFunction');
    const heads: readonly [string, readonly string[]][] = [
      [server.endpoint, [`POST ${create} HTTP/1.1`, 'Content-Length: 60000000', 'X-Auth-Token: x']],
      [server.endpoint, ['POST /v3/auth/tokens HTTP/1.1', 'Content-Length: 1000']],
      [
        server.gateway,
        [`POST /fn/${project(server).project_id}/default/soak-http/ HTTP/1.1`, 'Content-Length: 6000000'],
      ],
    ];
    const opened = await Promise.all(
      Array.from({ length: HELD }, (_, at) => openRequest(...(heads[at % heads.length] ?? heads[0] ?? ['', []]))),
    );
    try {
      for (let second = 0; second < 12; second += 1) {
        for (const { send, isClosed } of opened) if (!isClosed()) send(' ');
        await pause(1_000);
      }
      await Promise.all(opened.slice(0, 30).map(({ pour }) => Promise.race([pour(5 * MB), pause(5_000)])));
      const accepted = opened.filter(({ status }) => (status() ?? 400) < 400).length;
      if (accepted > 0) throw new Error(`${accepted} requests without credentials were accepted`);
      return `${HELD} sockets, ${opened.filter(({ isClosed }) => isClosed()).length} of them closed by the server`;
    } finally {
      for (const { end } of opened) end();
    }
  },
};

export const texts: Part = {
  name: 'texts',
  what: 'JSON and YAML that is deep, long or none, in signed requests',
  callers: 'nothing',
  async run({ server }) {
    const large: [string, Buffer] = ['20 MB of values', Buffer.from(`[${'{},'.repeat(7_000_000)}{}]`)];
    for (const [what, body] of [...BODIES, large]) {
      expectRefusal(await request(server, { path: path(server, 'createFunction'), body }), what);
    }
    const yamls = ['['.repeat(200_000), '- '.repeat(120_000), `{${'a: {'.repeat(50_000)}`, '- a\n'.repeat(60_000)];
    for (const text of yamls) {
      const file_code = fakeZip([{ name: 'f.yaml', data: text }]).toString('base64');
      const body = JSON.stringify({ func_name: 'imported', file_name: 'f.zip', file_type: 'zip', file_code });
      expectRefusal(await request(server, { path: path(server, 'importFunction'), body }), `YAML ${text.slice(0, 10)}`);
    }
    return `${BODIES.length + 1 + yamls.length} refused`;
  },
};

export const logins: Part = {
  name: 'logins',
  what: 'wrong passwords, many at once, for known and unknown users',
  callers: 'nothing',
  async run({ server }) {
    const counts = new Map<number, number>();
    for (let round = 0; round < 3; round += 1) {
      const attempts = Array.from({ length: 60 }, (_, at) =>
        signIn(server, at % 2 === 0 ? 'admin' : `u${at}`, 'wrong'),
      );
      for (const { status, text } of await Promise.all(attempts)) {
        if (status !== 401 && status !== 429) throw new Error(`a wrong login was answered ${status} ${text}`);
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
      await pause(2_000);
    }
    return `${counts.get(401) ?? 0} refused, ${counts.get(429) ?? 0} throttled`;
  },
};

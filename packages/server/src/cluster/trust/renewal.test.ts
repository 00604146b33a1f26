import { X509Certificate } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { startTestNode, type TestNode, testAuthority } from '../testing.ts';
import { tlsBetweenNodes } from '../transport/tls.ts';
import { type Authority, hostNameOf, type NodeCredentials } from './authority.ts';
import { Credentials } from './credentials.ts';

const PATIENCE = { timeout: 120_000, interval: 10 };
const DAY_MS = 24 * 3_600_000;
const HOME = 'home';
/** Fails the test. */
const rethrow = (error: unknown): void => {
  throw error;
};

/** Lets days pass, with time for each look at the certificate. */
async function pass(clock: ManualClock, days: number, settled: () => Promise<unknown>): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    clock.advance(DAY_MS);
    await settled();
  }
}

/** An authority whose work can be waited for, and made to fail. */
async function watched(clock: ManualClock) {
  const authority = await testAuthority(clock);
  const works: Promise<unknown>[] = [];
  const state = { fails: false };
  const issue = (home: string): Promise<NodeCredentials> => {
    const work = state.fails ? Promise.reject(new Error('no entropy')) : authority.issue(home);
    works.push(work.catch(() => {}));
    return work;
  };
  return {
    authority,
    state,
    issue: issue as Authority['issue'],
    issued: () => works.length,
    settled: () => Promise.all(works),
  };
}

describe('the certificate of a server', () => {
  const opened: Credentials[] = [];
  afterEach(() => {
    for (const credentials of opened.splice(0)) credentials.stop();
  });

  it('is replaced every twenty days by one of the authority, and never has less than nine days left', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const { authority, issue, issued, settled } = await watched(clock);
    const credentials = await Credentials.open({ authority: { issue }, home: HOME, clock, onError: rethrow });
    opened.push(credentials);
    const keys = new Set<string>();
    let renewals = 0;
    credentials.onRenewed(() => {
      renewals += 1;
    });
    for (let day = 0; day < 365; day += 1) {
      await pass(clock, 1, settled);
      const { certificate, privateKey, endsAt } = credentials.current;
      keys.add(privateKey);
      const seen = new X509Certificate(certificate);
      expect(Date.parse(seen.validTo)).toBe(endsAt);
      expect(Date.parse(seen.validFrom)).toBeLessThan(clock.now());
      expect((endsAt - clock.now()) / DAY_MS).toBeGreaterThanOrEqual(9);
      expect(seen.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    }
    expect([issued(), renewals, keys.size]).toEqual([19, 18, 19]);
  });

  it('is tried again a day after it could not be replaced, long before it ends', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const { state, issue, settled } = await watched(clock);
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const credentials = await Credentials.open({ authority: { issue }, home: HOME, clock, onError });
    opened.push(credentials);
    const [first] = [credentials.current];
    state.fails = true;
    await pass(clock, 25, settled);
    expect(errors).toHaveLength(6);
    expect(credentials.current).toBe(first);
    expect(first.endsAt).toBeGreaterThan(clock.now());
    state.fails = false;
    await pass(clock, 1, settled);
    expect((credentials.current.endsAt - clock.now()) / DAY_MS).toBe(30);
    expect(errors).toHaveLength(6);
  });
});

describe('servers whose certificates are replaced', () => {
  const nodes: TestNode[] = [];
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.stop();
  });

  /** Serial number of the certificate that a server shows to a new connection. */
  const shownBy = ({ node }: TestNode, asker: TestNode): Promise<string> =>
    new Promise((resolve, reject) => {
      const [host = '', port] = (node.address ?? '').split(':');
      const servername = hostNameOf(node.home);
      const socket = connect({ ...tlsBetweenNodes(asker.credentials.current), host, port: Number(port), servername });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
    });
  const serialOf = ({ credentials }: TestNode) => new X509Certificate(credentials.current.certificate).serialNumber;

  it('go on to reach each other with the new ones, and end what runs with the old ones', async () => {
    // TLS judges by the time of the machine: both certificates of a server are good now
    const clock = new ManualClock(Date.now() - 21 * DAY_MS);
    const authority = await testAuthority(clock);
    const first = await startTestNode(authority, { name: 'first' }, clock);
    const second = await startTestNode(authority, { name: 'second' }, clock);
    nodes.push(first, second);
    first.nodes.set([second.node]);
    second.nodes.set([first.node]);
    second.listener.route('POST', '/echo', (request, response) => void request.pipe(response), { body: 'stream' });
    const before = [serialOf(first), serialOf(second)];
    const body = new Readable({ read() {} });
    body.push('begun');
    const running = await first.connections.request(second.node, { method: 'POST', path: '/echo', body });
    const pieces = running.body[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toBe('begun');

    // a day at a time, as the looks do
    for (let day = 0; day < 20; day += 1) clock.advance(DAY_MS);
    await expect
      .poll(() => [serialOf(first) !== before[0], serialOf(second) !== before[1]], PATIENCE)
      .toEqual([true, true]);

    await expect.poll(() => shownBy(second, first), PATIENCE).toBe(serialOf(second));
    const request = { method: 'POST', path: '/echo', body: Buffer.from('new') };
    expect(await text((await first.connections.request(second.node, request)).body)).toBe('new');
    body.push('ended');
    body.push(null);
    expect(String((await pieces.next()).value)).toBe('ended');
    await buffer(running.body);
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Storage } from '../../storage/index.ts';
import { newPlace } from '../../storage/testing.ts';
import { openAt } from '../../storage/testing-place.ts';
import { startTestNode, type TestNode, testAuthority } from '../testing.ts';
import { joinCluster } from './join.ts';
import { openJoinDoor } from './join-door.ts';
import { newJoinToken } from './join-token.ts';
import { JoinTokenStore } from './join-token-store.ts';

const KEY = 'ab'.repeat(32);
let storage: Storage;
let member: TestNode;
let fingerprint: string;
let tokens: JoinTokenStore;
let folders: string[];
beforeEach(async () => {
  folders = [];
  storage = await openAt(await newPlace(''));
  tokens = new JoinTokenStore(storage);
  const authority = await testAuthority();
  fingerprint = authority.fingerprint;
  member = await startTestNode(authority);
  openJoinDoor({
    listener: member.listener,
    tokens,
    sealingKey: () => Promise.resolve(KEY),
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
});
afterEach(async () => {
  await member.stop();
  await storage.close();
  for (const folder of folders) await rm(folder, { recursive: true });
});

const newToken = () => newJoinToken(tokens, { address: String(member.node.address), fingerprint });
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fgs-join-'));
  folders.push(folder);
  return folder;
}
const keyIn = async (folder: string) => (await readFile(join(folder, 'master.key'), 'utf8')).trim();

describe('a join token', () => {
  it('gives a new server the key of the cluster', async () => {
    const folder = await newFolder();
    await joinCluster(folder, `${await newToken()}\n`);
    expect(await keyIn(folder)).toBe(KEY);
    expect(await readdir(folder)).toEqual(['master.key']);
  });

  it('is good for one server, also when many use it at once', async () => {
    const token = await newToken();
    const all = await Promise.all(Array.from({ length: 5 }, newFolder));
    const results = await Promise.allSettled(all.map((folder) => joinCluster(folder, token)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({
      code: 'join',
      message: expect.stringMatching(/another server has used it/),
    });
  });

  it('can be used again by a server that was killed before it had the key', async () => {
    const folder = await newFolder();
    const token = await newToken();
    await joinCluster(folder, token);
    await expect(joinCluster(folder, token)).rejects.toMatchObject({ code: 'join' });
    // as a crash leaves it after the member has answered
    const claim = 'cd'.repeat(32);
    const again = await newToken();
    const killed = await newFolder();
    await writeFile(join(killed, 'join-claim'), `${claim}\n`);
    await joinCluster(killed, again);
    await rm(join(killed, 'master.key'));
    await writeFile(join(killed, 'join-claim'), `${claim}\n`);
    await joinCluster(killed, again);
    expect(await keyIn(killed)).toBe(KEY);
  });

  it('expires', async () => {
    const token = await newToken();
    await storage.db.updateTable('join_token').set({ expires_at: 1 }).execute();
    await expect(joinCluster(await newFolder(), token)).rejects.toMatchObject({ code: 'join' });
  });

  it('is not sent to a server that is not of its cluster', async () => {
    const other = await startTestNode(await testAuthority());
    let reached = 0;
    other.listener.guestRoute('POST', '/join', (_request, response) => {
      reached += 1;
      response.end();
    });
    const token = await newJoinToken(tokens, { address: String(other.node.address), fingerprint });
    await expect(joinCluster(await newFolder(), token)).rejects.toThrow(/not of the cluster of the token/);
    expect(reached).toBe(0);
    await other.stop();
  });

  it('names the address where no server answers', async () => {
    const closed = createServer();
    const port = await new Promise((resolve) => closed.listen(0, '127.0.0.1', () => resolve(closed.address())));
    await new Promise((resolve) => closed.close(resolve));
    const address = `127.0.0.1:${(port as { port: number }).port}`;
    const token = await newJoinToken(tokens, { address, fingerprint });
    await expect(joinCluster(await newFolder(), token)).rejects.toThrow(`${address} cannot be reached`);
  });

  it.each(['', 'fgs-join-1.', 'fgs-join-1.AAAA', 'x'.repeat(5000)])('is refused when damaged: %.20s', async (token) => {
    await expect(joinCluster(await newFolder(), token)).rejects.toThrow('the join token is damaged');
  });

  it('cannot be guessed: attempts are few', async () => {
    const wrong = async (): Promise<string> => {
      const { id, secret } = { id: 'ab'.repeat(12), secret: 'cd'.repeat(32) };
      const text = [id, secret, fingerprint, String(member.node.address)].join(' ');
      const token = `fgs-join-1.${Buffer.from(text).toString('base64url')}`;
      return joinCluster(await newFolder(), token).then(String, (error: Error) => error.message);
    };
    const messages = await Promise.all(Array.from({ length: 31 }, wrong));
    expect(messages.filter((message) => message.includes('answered 429')).length).toBeGreaterThan(0);
    expect(messages.every((message) => !message.includes(KEY))).toBe(true);
  });
});

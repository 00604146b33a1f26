import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Sealer } from '../lib/sealer.ts';
import { Directory } from './directory.ts';
import { Sessions } from './sessions.ts';

const principal = { kind: 'user', id: 'u1' } as const;
const HOUR_MS = 3_600_000;

let clock: ManualClock;
let directory: Directory;
let sessions: Sessions;
let active: Set<string>;

beforeEach(() => {
  clock = new ManualClock();
  directory = new Directory();
  directory.users.set('u1', {
    id: 'u1',
    name: 'ada',
    domainId: 'd1',
    passwordHash: '',
    description: '',
    enabled: true,
    createdAt: 0,
    sessionsFrom: 0,
    sessionGeneration: '',
    lastLoginAt: null,
  });
  active = new Set(['AK']);
  sessions = new Sessions({
    sealer: new Sealer(randomBytes(32)),
    directory,
    clock,
    isActive: (accessKey) => active.has(accessKey),
  });
});

const request = () => ({ principal, projectId: undefined, expiresAt: clock.now() + HOUR_MS });

it('knows only the very text that it gave out', () => {
  const token = sessions.issueToken(request());
  expect(sessions.token(token)?.caller).toMatchObject({ userId: 'u1', domainId: 'd1', accessKey: '' });
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '9', '+', '=', ' ', ''), (at, put) => {
      const other = token.slice(0, at) + put + token.slice(at + 1);
      if (other !== token) expect(sessions.token(other)).toBeUndefined();
    }),
  );
  for (const other of [`${token}x`, `${token}=`, `${token}\n`, token.replace(/=+$/, '-'), '', 'x'.repeat(5000)]) {
    expect(sessions.token(other)).toBeUndefined();
  }
});

it('refuses a token of another data directory, a key as token and a token as key', () => {
  const others = new Sessions({ sealer: new Sealer(randomBytes(32)), directory, clock, isActive: () => true });
  expect(sessions.token(others.issueToken(request()))).toBeUndefined();
  const key = sessions.issueKey(request());
  expect(sessions.token(key.securityToken)).toBeUndefined();
  expect(sessions.temporaryKey(sessions.issueToken(request()))).toBeUndefined();
  expect(sessions.temporaryKey(key.securityToken)).toMatchObject({ accessKey: key.accessKey });
});

it('checks each time whether the user may still act', () => {
  const token = sessions.issueToken(request());
  const user = directory.users.get('u1');
  if (user === undefined) throw new Error('no user');
  for (const changed of [
    { ...user, enabled: false },
    { ...user, sessionGeneration: 'next' },
  ]) {
    expect(sessions.token(token)).toBeDefined();
    directory.users.set('u1', changed);
    expect(sessions.token(token)).toBeUndefined();
    directory.users.set('u1', user);
  }
  directory.users.delete('u1');
  expect(sessions.token(token)).toBeUndefined();
});

it('takes a token without a generation for one of the first, and binds others to that in which their proof was checked', () => {
  const user = directory.users.get('u1');
  if (user === undefined) throw new Error('no user');
  const first = sessions.issueToken(request());
  directory.users.set('u1', { ...user, sessionGeneration: 'second' });
  expect(sessions.token(first)).toBeUndefined();
  expect(sessions.token(sessions.issueToken(request()))).toMatchObject({ generation: 'second' });
  expect(sessions.token(sessions.issueToken({ ...request(), generation: '' }))).toBeUndefined();
  const agency = { id: 'a1', domainId: 'd2', name: 'ops', description: '', trustedService: 'd1', duration: 'FOREVER' };
  directory.agencies.set('a1', { ...agency, createdAt: 0, expiresAt: null });
  const assumed = { ...request(), principal: { kind: 'agency', id: 'a1' }, assumedBy: 'u1' } as const;
  expect(sessions.token(sessions.issueToken(assumed))).toBeDefined();
  expect(sessions.token(sessions.issueToken({ ...assumed, generation: 'first' }))).toBeUndefined();
});

it('ends a temporary key with the permanent one that requested it', () => {
  const temporary = sessions.issueKey({ ...request(), issuedBy: 'AK' });
  const byPassword = sessions.issueKey(request());
  expect(sessions.temporaryKey(temporary.securityToken)).toBeDefined();
  active.delete('AK');
  expect(sessions.temporaryKey(temporary.securityToken)).toBeUndefined();
  expect(sessions.temporaryKey(byPassword.securityToken)).toBeDefined();
});

it('ends a revoked token with all that was made from it, known or not, and no other', () => {
  const first = sessions.issueToken(request());
  const id = sessions.token(first)?.id ?? '';
  const derived = { ...request(), madeFrom: [id] };
  const [known, unknown] = [sessions.issueToken(derived), sessions.issueToken(derived)];
  const key = sessions.issueKey({ ...request(), madeFrom: [id, sessions.token(known)?.id ?? ''] });
  const other = sessions.issueToken(request());
  expect(sessions.temporaryKey(key.securityToken)).toBeDefined();
  sessions.revoke(id, clock.now() + HOUR_MS);
  for (const token of [first, known, unknown]) expect(sessions.token(token)).toBeUndefined();
  expect(sessions.temporaryKey(key.securityToken)).toBeUndefined();
  expect(sessions.token(other)).toBeDefined();
});

it('gives tokens of agencies no id: functions share them', () => {
  const agency = {
    id: 'a1',
    domainId: 'd1',
    name: 'runner',
    description: '',
    trustedService: 'op_svc_cff',
    duration: 'FOREVER',
  };
  directory.agencies.set('a1', { ...agency, createdAt: 0, expiresAt: null });
  const token = sessions.issueToken({ ...request(), principal: { kind: 'agency', id: 'a1' } });
  expect(sessions.token(token)).toMatchObject({ id: undefined });
});

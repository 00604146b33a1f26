import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Secret } from '../src/lib/secret.ts';
import { FakeServer } from './fake-server.ts';

interface Mail {
  readonly to: readonly string[];
  /** Headers and text as they were sent, lines unfolded, without quoted-printable. */
  readonly source: string;
}

let server: FakeServer;
let mails: Mail[];
let refuse: number | undefined;
let refusals = 0;

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  logger: false,
  onData(stream, session, done) {
    const to = session.envelope.rcptTo.map(({ address }) => address);
    text(stream).then((source) => {
      if (refuse !== undefined) {
        refusals += 1;
        return done(Object.assign(new Error('no'), { responseCode: refuse }));
      }
      mails.push({
        to,
        source: source
          .replace(/=\r\n/g, '')
          .replace(/=3D/g, '=')
          .replace(/\r\n[ \t]/g, ' '),
      });
      return done();
    }, done);
  },
});

beforeAll(async () => {
  const listening = smtp.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => listening.once('listening', () => resolve()));
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const changes = { smtpUrl: new Secret(`smtp://127.0.0.1:${port}`), smtpFrom: 'fgs@example.com' };
  server = await FakeServer.start({ handler: () => '{}' }, changes);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});
beforeEach(() => {
  mails = [];
  refuse = undefined;
});

const eventually = <T>(read: () => T, stepMs = 50) =>
  expect.poll(
    () => {
      server.clock.advance(stepMs);
      return read();
    },
    { timeout: 120_000, interval: 5 },
  );

async function topic(name: string, display_name = '') {
  const project = { project_id: server.projectId };
  const { data } = await server.api.call('createTopic', { params: project, body: { name, display_name } });
  return { ...project, topic_urn: data.topic_urn };
}

const subscribe = (params: Awaited<ReturnType<typeof topic>>, endpoint: string) =>
  server.api.call('addSubscription', { params, body: { protocol: 'email', endpoint } });

const link = (verb: string): string =>
  new RegExp(`http://\\S+/${verb}\\?token=[0-9a-f]{96}`).exec(mails.at(-1)?.source ?? '')?.[0] ?? '';

it('sends a mail to confirm, the messages after the confirmation, and none after its owner has left', async () => {
  const params = await topic('news', 'The "News"');
  await subscribe(params, 'ann@example.org');
  await eventually(() => link('subscribe')).not.toBe('');
  expect(mails[0]?.to).toEqual(['ann@example.org']);
  expect(mails[0]?.source).not.toContain('The "News"');
  expect((await fetch(link('subscribe'))).status).toBe(200);
  await server.api.call('publishMessage', { params, body: { subject: 'Grüße', message: 'line one\nline two' } });
  await eventually(() => mails.length).toBe(2);
  const { source = '' } = mails[1] ?? {};
  expect(source).toMatch(/^From: "?The \\?"News\\?""? <fgs@example\.com>\r$/m);
  expect(source).toMatch(/^Subject: =\?UTF-8\?Q\?Gr=C3=BC=C3=9Fe\?/m);
  expect(source).toMatch(/^List-Unsubscribe: <http:\/\/.*>\r$/m);
  expect(source).toContain('line one\r\nline two');
  expect((await fetch(link('unsubscribe'))).status).toBe(200);
  await server.api.call('publishMessage', { params, body: { message: 'later' } });
  const { data } = await server.api.call('listSubscriptionsByTopic', { params });
  expect(data.subscription_count).toBe(0);
  expect(mails).toHaveLength(2);
});

it.each([
  'ann@example.org, bob@example.org',
  'ann@example.org\r\nBcc: bob@example.org',
  '"ann\r\n"@example.org',
  'Ann <ann@example.org>',
  'ann@localhost',
  'ann',
])('refuses the address %j', async (endpoint) => {
  const params = await topic('addresses');
  await expect(subscribe(params, endpoint)).rejects.toMatchObject({ status: 400, code: 'SMN.0012' });
});

it.each(['a\r\nBcc: bob@example.org', 'a\nb', 'a\u2028b', 'a\u0000b'])('refuses the subject %j', async (subject) => {
  const params = await topic('subjects');
  const sent = server.api.call('publishMessage', { params, body: { subject, message: 'x' } });
  await expect(sent).rejects.toMatchObject({ status: 400, code: 'SMN.0021' });
});

it('tries again when the mail server is busy, and keeps what it refuses as a dead letter', async () => {
  const params = await topic('refused');
  await subscribe(params, 'eve@example.org');
  await eventually(() => link('subscribe')).not.toBe('');
  expect((await fetch(link('subscribe'))).status).toBe(200);
  refuse = 451;
  for (let n = 0; n < 2; n += 1) await server.api.call('publishMessage', { params, body: { message: 'patience' } });
  await eventually(() => refusals).toBeGreaterThanOrEqual(2);
  refuse = undefined;
  await eventually(() => mails.filter(({ source }) => source.includes('patience')).length, 500).toBe(2);
  refuse = 550;
  await server.api.call('publishMessage', { params, body: { message: 'never' } });
  const letters = async () =>
    (await server.api.call('listDeadLetters', { params: { project_id: server.projectId } })).data.dead_letters;
  await eventually(async () => (await letters()).map(({ reason, destination }) => `${destination} ${reason}`)).toEqual([
    'email refused',
  ]);
});

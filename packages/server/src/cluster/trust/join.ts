import { randomBytes, X509Certificate } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { writeDurably } from '../../lib/durable-file.ts';
import { StartupError } from '../../lib/startup-error.ts';
import { hostAndPort } from '../transport/host-and-port.ts';
import { fingerprintOf, homeOf } from './authority.ts';
import { JOIN_PATH } from './join-door.ts';
import { type JoinToken, parseJoinToken } from './join-token.ts';

const CONNECT_MS = 10_000;
/** Secret of this data directory: after a crash it may use the token once more, and no other server may. */
const CLAIM_FILE = 'join-claim';
const KEY_FILE = 'master.key';
const NEW_TOKEN =
  'Make a new one on a server of the cluster: fgs cluster token. It is good for an hour and for one server.';

/**
 * Gets the sealing key of the cluster into a data directory without one. Throws `StartupError`. Interrupted at any
 * moment, it can be done again with the same token.
 */
export async function joinCluster(dataDir: string, text: string): Promise<void> {
  const token = parseJoinToken(text);
  if (token === undefined) throw failure('the join token is damaged', NEW_TOKEN);
  const claim = await claimOf(dataDir);
  const key = await askForKey(token, claim);
  await writeDurably(join(dataDir, KEY_FILE), `${key}\n`);
  await rm(join(dataDir, CLAIM_FILE), { force: true });
}

export async function hasKey(dataDir: string): Promise<boolean> {
  return stat(join(dataDir, KEY_FILE)).then(
    ({ size }) => size > 0,
    () => false,
  );
}

async function claimOf(dataDir: string): Promise<string> {
  const file = join(dataDir, CLAIM_FILE);
  const known = await readFile(file, 'utf8').then(
    (content) => content.trim(),
    () => '',
  );
  if (/^[0-9a-f]{64}$/.test(known)) return known;
  const claim = randomBytes(32).toString('hex');
  await writeDurably(file, `${claim}\n`);
  return claim;
}

async function askForKey(token: JoinToken, claim: string): Promise<string> {
  const { address, id, secret } = token;
  let status: number;
  let body: { key?: unknown };
  try {
    const authority = await authorityAt(token);
    [status, body] = await post(token, authority, JSON.stringify({ id, secret, claim }));
  } catch (cause) {
    if (cause instanceof StartupError) throw cause;
    const hint = `Start the server there with --cluster-address ${address}, and let this machine reach it.`;
    throw failure(`the server at ${address} cannot be reached: ${(cause as Error).message}`, hint, cause);
  }
  if (status === 200 && typeof body.key === 'string' && /^[0-9a-f]{64}$/.test(body.key)) return body.key;
  if (status === 403) throw failure('the join token has expired, or another server has used it', NEW_TOKEN);
  throw failure(`the server at ${address} answered ${status}`, 'Try again in a minute.');
}

/** The certificate of the authority that the server there shows, if it is the one of the token. Sends nothing. */
function authorityAt({ address, fingerprint }: JoinToken): Promise<string> {
  return new Promise((resolve, reject) => {
    // only to learn the certificate; the connection that carries the token is verified with it
    const socket = connect({ ...hostAndPort(address), rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const { issuerCertificate } = socket.getPeerCertificate(true) as { issuerCertificate?: { raw: Buffer } };
      socket.destroy();
      const authority = issuerCertificate === undefined ? undefined : new X509Certificate(issuerCertificate.raw);
      if (authority !== undefined && fingerprintOf(authority) === fingerprint) resolve(authority.toString());
      else reject(failure(`the server at ${address} is not of the cluster of the token`, NEW_TOKEN));
    });
  });
}

function post({ address }: JoinToken, ca: string, body: string): Promise<[status: number, body: { key?: unknown }]> {
  return new Promise((resolve, reject) => {
    const asking = request({
      ...hostAndPort(address),
      ca,
      agent: false,
      method: 'POST',
      path: JOIN_PATH,
      minVersion: 'TLSv1.3',
      timeout: CONNECT_MS,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      // any member will do
      checkServerIdentity: (_host, { raw }) =>
        homeOf(new X509Certificate(raw)) === undefined ? new Error('it is no node') : undefined,
    });
    asking.once('timeout', () => asking.destroy(new Error('no answer in time')));
    asking.once('error', reject);
    asking.once('response', (response) => {
      json(response).then((value) => resolve([response.statusCode ?? 0, (value ?? {}) as { key?: unknown }]), reject);
    });
    asking.end(body);
  });
}

function failure(message: string, hint: string, cause?: unknown): StartupError {
  return new StartupError('join', message, { hint, cause });
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Clock } from '../../lib/clock.ts';
import { msToToken, withoutToken } from '../../lib/token-bucket.ts';
import type { ClusterListener } from '../transport/listener.ts';
import { hashOf } from './join-token.ts';
import type { JoinTokenStore } from './join-token-store.ts';

const MAX_BODY = 1024;
/** Attempts of all servers that want to join, so that none makes the database work. */
const ATTEMPTS = { calls: 20, periodMs: 10_000 };

const Attempt = Compile(
  Type.Object(
    {
      id: Type.String({ pattern: '^[0-9a-f]{24}$' }),
      secret: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      claim: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    },
    { additionalProperties: false },
  ),
);

export const JOIN_PATH = '/join';

export interface JoinDoorDeps {
  readonly listener: Pick<ClusterListener, 'guestRoute'>;
  readonly tokens: Pick<JoinTokenStore, 'redeem'>;
  /** 64 hexadecimal digits. */
  readonly sealingKey: () => Promise<string>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Logger;
}

/** Gives the sealing key to a server with a valid token. The connection proved to it that this is a member. */
export function openJoinDoor({ listener, tokens, sealingKey, clock, log }: JoinDoorDeps): void {
  let fullAt = 0;
  listener.guestRoute('POST', JOIN_PATH, async (request, response) => {
    const { remoteAddress: from } = request.socket;
    const now = clock.monotonic();
    if (msToToken(fullAt, now, ATTEMPTS) > 0) return answer(response, 429, { code: 'too_many_attempts' });
    fullAt = withoutToken(fullAt, now, ATTEMPTS);
    const attempt = await readAttempt(request);
    if (attempt === undefined) return answer(response, 400, { code: 'invalid_request' });
    const { id, secret, claim } = attempt;
    if (!(await tokens.redeem({ id, secretHash: hashOf(secret), claimHash: hashOf(claim) }))) {
      log.warn({ from, token: id }, 'a join token was refused');
      return answer(response, 403, { code: 'token_refused' });
    }
    log.warn({ from, token: id }, 'a server got the key of the cluster by a join token');
    answer(response, 200, { key: await sealingKey() });
  });
}

async function readAttempt(
  request: IncomingMessage,
): Promise<{ id: string; secret: string; claim: string } | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return Attempt.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
}

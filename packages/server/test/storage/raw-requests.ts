import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { FakeServer } from '../fake-server.ts';

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const UNSIGNED = 'UNSIGNED-PAYLOAD';

export interface Wish {
  readonly method: string;
  /** Path and query, encoded as it is to be sent. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The declared hash of the body. */
  readonly declared?: string;
}

interface Signed {
  readonly headers: Record<string, string>;
  readonly signature: string;
  /** Signs a text of another kind with the same key. */
  readonly sign: (kind: string, rest: string) => string;
}

/** Signs by version 4 with nothing of the server's own code. */
export function sign(server: FakeServer, { method, target, headers = {}, declared = UNSIGNED }: Wish): Signed {
  const date = new Date(server.clock.now()).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = date.slice(0, 8);
  const scope = `${day}/local-1/s3/aws4_request`;
  const [path = '', query = ''] = target.split('?');
  const { host } = new URL(server.running.storage);
  const sent: Record<string, string> = { host, 'x-amz-date': date, 'x-amz-content-sha256': declared, ...headers };
  const names = Object.keys(sent).sort();
  const pairs = query === '' ? [] : query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`));
  const canonical = [
    method,
    path,
    pairs.sort().join('&'),
    names.map((name) => `${name}:${sent[name]}\n`).join(''),
    names.join(';'),
    declared,
  ].join('\n');
  const { accessKey, secretKey } = server.key;
  const key = hmac(hmac(hmac(hmac(`AWS4${secretKey}`, day), 'local-1'), 's3'), 'aws4_request');
  const signText = (kind: string, rest: string): string =>
    hmac(key, `${kind}\n${date}\n${scope}\n${rest}`).toString('hex');
  const signature = signText('AWS4-HMAC-SHA256', sha256(canonical));
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { headers: { ...sent, authorization }, signature, sign: signText };
}

/** The body in signed chunks, as the client of the seed signs them. */
export function signedChunks({ signature, sign: signText }: Signed, chunks: readonly Buffer[]): Buffer {
  let previous = signature;
  const wire = [...chunks, Buffer.alloc(0)].map((chunk) => {
    previous = signText('AWS4-HMAC-SHA256-PAYLOAD', `${previous}\n${sha256('')}\n${sha256(chunk)}`);
    return Buffer.concat([
      Buffer.from(`${chunk.length.toString(16)};chunk-signature=${previous}\r\n`),
      chunk,
      Buffer.from('\r\n'),
    ]);
  });
  return Buffer.concat(wire);
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The code in an answer of XML. */
  readonly code: string | undefined;
}

/** Sends exactly these headers. */
export async function sendRaw(
  server: FakeServer,
  { method, target, headers }: { method: string; target: string; headers: Readonly<Record<string, string>> },
  body?: Buffer | string,
): Promise<Answered> {
  const { hostname, port } = new URL(server.running.storage);
  const sent = request({ hostname, port, method, path: target, headers: { ...headers } });
  sent.on('error', () => {});
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString();
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: text,
    code: /<Code>(\w+)<\/Code>/.exec(text)?.[1],
  };
}

/** Signs and sends. */
export function send(server: FakeServer, wish: Wish, body?: Buffer | string): Promise<Answered> {
  const { headers } = sign(server, wish);
  return sendRaw(server, { ...wish, headers }, body);
}

import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { presignedQuery, queryText, signedHeaders, uriEncode } from './signature.ts';

type Data = string | ArrayBuffer | ArrayBufferView;

/** In the form that the signer of the SDK takes. */
class Sha256 {
  readonly #hash;

  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Data): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: Data): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

const SHA256 = createHash('sha256').update('body').digest('hex');
const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const requests = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
  host: fc.constantFrom('127.0.0.1:8082', 'storage.example.com'),
  key: texts.filter((text) => text.isWellFormed()),
  query: fc.dictionary(
    fc.stringMatching(/^[a-z][a-z-]{0,10}$/),
    texts.filter((text) => text.isWellFormed()),
  ),
  header: fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
  nowMs: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
  securityToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,20}$/), { nil: undefined }),
  secretKey: fc.stringMatching(/^[A-Za-z0-9+/]{1,40}$/),
});

function parts({ host, key, securityToken, secretKey, ...rest }: RequestParts) {
  const storageKey = { accessKey: 'AK', secretKey, securityToken, region: 'r1' };
  const path = `/b/${uriEncode(key)}`;
  const signer = new SignatureV4({
    service: 's3',
    region: 'r1',
    credentials: {
      accessKeyId: 'AK',
      secretAccessKey: secretKey,
      ...(securityToken === undefined ? {} : { sessionToken: securityToken }),
    },
    sha256: Sha256,
    uriEscapePath: false,
  });
  const { hostname, port } = new URL(`http://${host}`);
  const sent = { protocol: 'http:', hostname, ...(port === '' ? {} : { port: Number(port) }), path };
  return { ...rest, host, path, storageKey, signer, sent, signingDate: new Date(rest.nowMs) };
}

interface RequestParts {
  readonly method: string;
  readonly host: string;
  readonly key: string;
  readonly query: Record<string, string>;
  readonly header: string;
  readonly nowMs: number;
  readonly securityToken: string | undefined;
  readonly secretKey: string;
}

test('signs requests as the AWS SDK does', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (given) => {
      const { method, host, path, query, nowMs, header, storageKey, signer, sent, signingDate } = parts(given);
      const headers = { 'x-amz-meta-a': header };
      const ours = signedHeaders({ method, host, path, query, nowMs, headers, sha256: SHA256 }, storageKey);
      const theirs = await signer.sign(
        { ...sent, method, query, headers: { ...headers, host, 'x-amz-content-sha256': SHA256 } },
        { signingDate },
      );
      const signature = (text: string | undefined) => text?.replaceAll(', ', ',');
      expect(ours.authorization).toBe(signature(theirs.headers.authorization));
    }),
  );
});

test('signs addresses as the AWS SDK does', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (given) => {
      const { method, host, path, query, nowMs, storageKey, signer, sent, signingDate } = parts(given);
      const ours = presignedQuery({ method, host, path, query, nowMs }, storageKey, 60);
      const unsigned = new Set(['x-amz-content-sha256']);
      const theirs = await signer.presign(
        { ...sent, method, query, headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
        { signingDate, expiresIn: 60, unsignableHeaders: unsigned, unhoistableHeaders: unsigned },
      );
      const { 'X-Amz-Signature': signature, ...rest } = theirs.query as Record<string, string>;
      expect(ours).toBe(`${queryText(rest)}&X-Amz-Signature=${signature}`);
    }),
  );
});

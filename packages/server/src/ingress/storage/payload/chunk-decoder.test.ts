import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../errors.ts';
import { readHead } from '../head.ts';
import type { ChunkSigner } from '../signatures/claim.ts';
import { readClaim } from '../signatures/read-claim.ts';
import { ChunkDecoder, type ChunkOptions } from './chunk-decoder.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

interface Decoded {
  readonly body: Buffer;
  readonly trailer: string | undefined;
}

function decode(options: ChunkOptions, pieces: Iterable<Buffer>): Decoded {
  const decoder = new ChunkDecoder(options);
  const parts: Buffer[] = [];
  for (const piece of pieces) parts.push(...decoder.push(piece));
  decoder.end();
  return { body: Buffer.concat(parts), trailer: decoder.trailer };
}

function code(options: ChunkOptions, text: string | Buffer): string {
  try {
    decode(options, [Buffer.from(text as string, 'latin1')]);
    return 'decoded';
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
}

/** Cuts bytes at any places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}

/** The signer of the published examples, and their first signature. */
function published(seed: string, declared: string): { signer: ChunkSigner; seed: string } {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=${seed}`;
  const rawHeaders = [
    ...['Host', 's3.amazonaws.com', 'x-amz-date', '20130524T000000Z'],
    ...['Authorization', authorization, 'x-amz-content-sha256', declared],
  ];
  const head = readHead({ method: 'PUT', url: '/examplebucket/chunkObject.txt', rawHeaders });
  const claim = readClaim(head, { hostBucket: undefined }, Date.UTC(2013, 4, 24));
  if (claim === undefined) throw new Error('no claim');
  return { signer: claim.chunkSigner(SECRET), seed };
}

const a = (count: number): string => 'a'.repeat(count);
const example = {
  options: {
    decodedBytes: 66_560,
    trailer: undefined,
    signing: published(
      '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    ),
  },
  wire: [
    `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${a(65_536)}\r\n`,
    `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${a(1_024)}\r\n`,
    '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
  ],
};
const withTrailer = {
  options: {
    decodedBytes: 66_560,
    trailer: 'x-amz-checksum-crc32c',
    signing: published(
      '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    ),
  },
  wire: [
    `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n${a(65_536)}\r\n`,
    `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n${a(1_024)}\r\n`,
    '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
    'x-amz-checksum-crc32c:sOO8/Q==\r\n',
    'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
  ],
};
const unsigned: ChunkOptions = { decodedBytes: 5, trailer: 'x-amz-checksum-crc32', signing: undefined };
const hello = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n';

describe('chunks of a body', () => {
  it('verifies the published example of signed chunks', () => {
    expect(decode(example.options, [Buffer.from(example.wire.join(''))]).body.equals(Buffer.from(a(66_560)))).toBe(
      true,
    );
  });

  it('verifies the published example of signed chunks with a trailer', () => {
    const { body, trailer } = decode(withTrailer.options, [Buffer.from(withTrailer.wire.join(''))]);
    expect(body.equals(Buffer.from(a(66_560)))).toBe(true);
    expect(trailer).toBe('sOO8/Q==');
  });

  it.each<[string, ChunkOptions, string, string]>([
    ['a changed byte', example.options, example.wire.join('').replace('aaa', 'aba'), 'SignatureDoesNotMatch'],
    [
      'chunks in another order',
      example.options,
      [example.wire[1], example.wire[0], example.wire[2]].join(''),
      'SignatureDoesNotMatch',
    ],
    [
      'a chunk that is gone',
      { ...example.options, decodedBytes: 65_536 },
      [example.wire[0], example.wire[2]].join(''),
      'SignatureDoesNotMatch',
    ],
    ['a last chunk that is gone', example.options, example.wire.slice(0, 2).join(''), 'IncompleteBody'],
    [
      'a last chunk without signature',
      example.options,
      `${example.wire.slice(0, 2).join('')}0\r\n\r\n`,
      'InvalidRequest',
    ],
    [
      'a trailer that is not declared',
      example.options,
      `${example.wire.join('').slice(0, -2)}x-amz-checksum-crc32:a\r\n\r\n`,
      'MalformedTrailerError',
    ],
    [
      'a changed trailer',
      withTrailer.options,
      withTrailer.wire.join('').replace('sOO8', 'sOO9'),
      'SignatureDoesNotMatch',
    ],
    [
      'a trailer without signature',
      withTrailer.options,
      `${withTrailer.wire.slice(0, 4).join('')}\r\n`,
      'MalformedTrailerError',
    ],
    [
      'a signed trailer that is gone',
      withTrailer.options,
      `${withTrailer.wire.slice(0, 3).join('')}\r\n`,
      'MalformedTrailerError',
    ],
    [
      'the signature of a chunk as that of the trailer',
      withTrailer.options,
      withTrailer.wire.join('').replace('d81f82fc', '2ca2aba2'),
      'SignatureDoesNotMatch',
    ],
  ])('refuses %s', (_, options, wire, expected) => {
    expect(code(options, wire)).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['a valid body', hello, 'decoded'],
    ['leading zeros', hello.replace('5\r', '0005\r'), 'decoded'],
    ['a size with a sign', hello.replace('5\r', '+5\r'), 'InvalidRequest'],
    ['a size with a prefix', hello.replace('5\r', '0x5\r'), 'InvalidRequest'],
    ['a negative size', hello.replace('5\r', '-5\r'), 'InvalidRequest'],
    ['an empty size', hello.replace('5\r', '\r'), 'InvalidRequest'],
    ['a size beyond all numbers', hello.replace('5\r', 'fffffffffffff\r'), 'InvalidRequest'],
    ['a size over the declared length', hello.replace('5\r', '6\r'), 'IncompleteBody'],
    ['a body that is too short', '0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n', 'IncompleteBody'],
    ['an extension', hello.replace('5\r', '5;a=b\r'), 'InvalidRequest'],
    ['a signature that is not declared', hello.replace('5\r', `5;chunk-signature=${a(64)}\r`), 'InvalidRequest'],
    ['a line that ends with LF only', hello.replace('5\r\n', '5\n'), 'InvalidRequest'],
    ['a line without end', a(200), 'InvalidRequest'],
    ['bytes beyond the size', hello.replace('hello', 'hello!'), 'InvalidRequest'],
    ['bytes after the end', `${hello}x\r\n`, 'InvalidRequest'],
    ['no trailer', '5\r\nhello\r\n0\r\n\r\n', 'MalformedTrailerError'],
    ['another trailer', hello.replace('crc32', 'sha1'), 'MalformedTrailerError'],
    [
      'a trailer twice',
      hello.replace('\r\n\r\n', '\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n'),
      'MalformedTrailerError',
    ],
    [
      'a signed trailer without signed chunks',
      hello.replace('\r\n\r\n', `\r\nx-amz-trailer-signature:${a(64)}\r\n\r\n`),
      'MalformedTrailerError',
    ],
    ['a trailer without end', hello.replace('\r\n\r\n', a(2_000)), 'InvalidRequest'],
    ['an end that is missing', hello.slice(0, -2), 'IncompleteBody'],
  ])('judges %s', (_, wire, expected) => {
    expect(code(unsigned, wire)).toBe(expected);
  });

  it('refuses small chunks before the last one, each of which costs a signature', () => {
    const body = `1\r\na\r\n${hello}`;
    expect(code({ ...unsigned, decodedBytes: 6 }, body)).toBe('InvalidChunkSizeError');
  });

  it('decodes any chunks, however the bytes arrive', () => {
    const signer: ChunkSigner = {
      chunk: (previous, sha256) => createHmac('sha256', 'k').update(`${previous}${sha256}`).digest('hex'),
      trailer: (previous, sha256) => createHmac('sha256', 't').update(`${previous}${sha256}`).digest('hex'),
    };
    const seed = a(64);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 8_192, max: 9_000 }), { maxLength: 3 }),
        fc.integer({ min: 0, max: 100 }),
        fc.array(fc.nat(40_000), { maxLength: 30 }),
        fc.boolean(),
        (sizes, last, places, isSigned) => {
          const chunks = [...sizes, ...(last === 0 ? [] : [last]), 0].map((size, at) => Buffer.alloc(size, at + 65));
          let signature = seed;
          const wire = chunks.map((chunk) => {
            signature = signer.chunk(signature, createHash('sha256').update(chunk).digest('hex'));
            const extension = isSigned ? `;chunk-signature=${signature}` : '';
            const end = chunk.length === 0 ? '' : '\r\n';
            return Buffer.concat([
              Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`),
              chunk,
              Buffer.from(end),
            ]);
          });
          const body = Buffer.concat(chunks);
          const options = {
            decodedBytes: body.length,
            trailer: undefined,
            signing: isSigned ? { signer, seed } : undefined,
          };
          const bytes = Buffer.concat([...wire, Buffer.from('\r\n')]);
          expect(decode(options, cut(bytes, places)).body.equals(body)).toBe(true);
        },
      ),
    );
  });

  it('answers any bytes with a body of the declared length or a refusal', () => {
    const alphabet = fc.constantFrom('0', '5', 'a', '\r\n', '\r', '\n', ';', ':', 'hello', hello, '\u0000', 'ÿ');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), fc.array(fc.nat(100), { maxLength: 5 }), (parts, places) => {
        const bytes = Buffer.from(parts.join(''), 'latin1');
        try {
          expect(decode(unsigned, cut(bytes, places)).body).toHaveLength(5);
        } catch (error) {
          expect(error).toBeInstanceOf(StorageError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

import { createHmac, timingSafeEqual } from 'node:crypto';
import { StorageError } from '../errors.ts';
import type { Head } from '../head.ts';
import type { Claim, Dialect, PayloadClaim } from './claim.ts';
import { checkSkew, expired, parseBasicDate, parseHttpDate } from './dates.ts';

/**
 * Parameters that the signature covers, in lower case: those of S3 and OBS that select an operation or change the
 * answer. Others, such as `prefix` and `marker`, are not under a signature of this version.
 */
export const SIGNED_PARAMETERS: ReadonlySet<string> = new Set([
  'accelerate',
  'acl',
  'analytics',
  'append',
  'attname',
  'backtosource',
  'bucketstatus',
  'cors',
  'customdomain',
  'delete',
  'deletebucket',
  'directcoldaccess',
  'encryption',
  'inventory',
  'length',
  'lifecycle',
  'location',
  'logging',
  'metadata',
  'metrics',
  'mirrorbacktosource',
  'modify',
  'name',
  'notification',
  'object-lock',
  'obsalias',
  'obsbucketalias',
  'obscompresspolicy',
  'partnumber',
  'policy',
  'policystatus',
  'position',
  'publicaccessblock',
  'quota',
  'rename',
  'replication',
  'requestpayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'retention',
  'storageclass',
  'storageinfo',
  'storagepolicy',
  'tagging',
  'torrent',
  'truncate',
  'uploadid',
  'uploads',
  'versionid',
  'versioning',
  'versions',
  'website',
  'x-image-process',
  'x-image-save-bucket',
  'x-image-save-object',
  'x-obs-security-token',
  'x-oss-process',
]);

interface Form {
  readonly dialect: Dialect;
  readonly prefix: string;
  readonly keyParameter: string;
}

const AWS: Form = { dialect: 'aws', prefix: 'x-amz-', keyParameter: 'AWSAccessKeyId' };
const OBS: Form = { dialect: 'obs', prefix: 'x-obs-', keyParameter: 'AccessKeyId' };

/** The bucket in the name of the host, which is a part of the signed resource. */
export interface HostBucket {
  readonly hostBucket: string | undefined;
}

/** Reads `Authorization: AWS AK:signature`, or with `OBS`. Throws for a request that no secret can have signed. */
export function readV2Header(head: Head, at: HostBucket, authorization: string, nowMs: number): Claim {
  const [, word, accessKey = '', signature = ''] = /^(AWS|OBS) ([^:\s]+):(\S+)$/.exec(authorization) ?? [];
  if (word === undefined) {
    throw new StorageError('InvalidArgument', 'The Authorization header must look like AWS <access key>:<signature>.');
  }
  const form = word === 'OBS' ? OBS : AWS;
  const own = head.headers.get(`${form.prefix}date`);
  const text = own ?? head.headers.get('date') ?? '';
  const ms = parseHttpDate(text) ?? parseBasicDate(text);
  if (ms === undefined) {
    throw new StorageError('AccessDenied', `A signed request needs a valid date in ${form.prefix}date or Date.`);
  }
  checkSkew(ms, nowMs);
  const date = own === undefined ? text : '';
  return claimOf(head, at, form, { accessKey, signature, date, presigned: false });
}

/** Reads `AWSAccessKeyId` or `AccessKeyId`, `Expires` and `Signature`. Throws as above, and for an expired URL. */
export function readV2Query(head: Head, at: HostBucket, nowMs: number): Claim {
  const form = head.query.has(OBS.keyParameter) ? OBS : AWS;
  const expires = head.query.get('Expires') ?? '';
  const accessKey = head.query.get(form.keyParameter) ?? '';
  const signature = head.query.get('Signature') ?? '';
  if (accessKey === '' || signature === '' || !/^\d{1,11}$/.test(expires)) {
    const names = `${form.keyParameter}, Expires and Signature`;
    throw new StorageError('AccessDenied', `A presigned URL needs the query parameters ${names}.`);
  }
  const endMs = Number(expires) * 1000;
  if (nowMs > endMs) throw expired(endMs, nowMs);
  return claimOf(head, at, form, { accessKey, signature, date: expires, presigned: true });
}

interface ClaimParts {
  readonly accessKey: string;
  readonly signature: string;
  /** As it stands in the signed text. */
  readonly date: string;
  readonly presigned: boolean;
}

function claimOf(head: Head, at: HostBucket, form: Form, parts: ClaimParts): Claim {
  const { accessKey, signature, date, presigned } = parts;
  refuseForeignHeaders(head, form);
  const text = stringToSign(head, at, form, { date, presigned });
  const given = Buffer.from(signature, 'base64');
  const token = `${form.prefix}security-token`;
  return {
    dialect: form.dialect,
    accessKey,
    securityToken: head.headers.get(token) ?? (presigned ? head.query.get(token) : undefined),
    payload: payloadOf(head.headers.get(`${form.prefix}content-sha256`)),
    presigned,
    region: undefined,
    seed: '',
    signedTexts: { StringToSign: text },
    isSignedBy(secret) {
      const expected = createHmac('sha1', secret).update(text, 'latin1').digest();
      return given.length === expected.length && timingSafeEqual(expected, given);
    },
    chunkSigner() {
      throw new Error('a signature of this version covers no chunks');
    },
  };
}

/** The signature covers the headers of one prefix only: the others could be added on the way. */
function refuseForeignHeaders({ headers }: Head, { prefix }: Form): void {
  const other = prefix === AWS.prefix ? OBS.prefix : AWS.prefix;
  const foreign = [...headers.keys()].find((name) => name.startsWith(other));
  if (foreign === undefined) return;
  throw new StorageError('AccessDenied', `This signature does not cover the header ${foreign.slice(0, 100)}.`, {
    hint: `Send ${prefix} headers with it.`,
    details: { HeadersNotSigned: foreign },
  });
}

function stringToSign(
  head: Head,
  { hostBucket }: HostBucket,
  { prefix }: Form,
  { date, presigned }: Pick<ClaimParts, 'date' | 'presigned'>,
): string {
  const { headers } = head;
  const own = [...headers]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`);
  const covers = (name: string): boolean =>
    SIGNED_PARAMETERS.has(name.toLowerCase()) || (presigned && name.toLowerCase().startsWith(prefix));
  const parameters = [...head.query]
    .filter(([name]) => covers(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const resource = hostBucket === undefined ? head.rawPath : `/${hostBucket}${head.rawPath}`;
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  const fixed = [head.method, headers.get('content-md5') ?? '', headers.get('content-type') ?? '', date];
  // characters are bytes, as in headers
  return `${fixed.join('\n')}\n${own.join('')}${resource}${Buffer.from(query).toString('latin1')}`;
}

function payloadOf(declared: string | undefined): PayloadClaim {
  if (declared === undefined || declared === 'UNSIGNED-PAYLOAD') return { kind: 'plain', sha256: undefined };
  if (/^[0-9a-f]{64}$/i.test(declared)) return { kind: 'plain', sha256: declared.toLowerCase() };
  if (declared === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { kind: 'chunked', signed: false, trailer: true };
  throw new StorageError('InvalidArgument', 'The declared hash of the body must be a SHA-256 in hex.');
}

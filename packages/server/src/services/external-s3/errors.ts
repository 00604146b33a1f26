import type { S3ServiceException } from '@aws-sdk/client-s3';

export type ExternalS3Reason = 'not-granted' | 'missing' | 'refused' | 'unavailable';

/** Why a request to an external S3 service failed; the message has no text of the service, whose answers are not ours. */
export class ExternalS3Error extends Error {
  readonly reason: ExternalS3Reason;

  constructor(reason: ExternalS3Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExternalS3Error';
    this.reason = reason;
  }
}

const KEY_REFUSALS: ReadonlySet<unknown> = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AuthFailure']);

/** Whether the service does not know the keys; others may only lack a right. */
export function refusesKeys(cause: unknown): boolean {
  return KEY_REFUSALS.has((cause as Partial<S3ServiceException>).name);
}

/** `at` names the service and the object. */
export function externalS3Error(cause: unknown, at: string): ExternalS3Error {
  const { name, $metadata } = cause as Partial<S3ServiceException>;
  const status = $metadata?.httpStatusCode;
  const code = typeof name === 'string' && /^[A-Za-z]{1,64}$/.test(name) ? name : 'unknown';
  if (status === undefined) return new ExternalS3Error('unavailable', `${at} cannot be reached`, { cause });
  if (code === 'NoSuchKey' || code === 'NoSuchBucket' || status === 404) {
    return new ExternalS3Error('missing', `${at} does not exist`, { cause });
  }
  if (status >= 300 && status < 400) {
    return new ExternalS3Error('refused', `${at} is elsewhere: the service redirects, which is not followed`, {
      cause,
    });
  }
  if (status >= 500 || status === 429) {
    return new ExternalS3Error('unavailable', `the service answers ${status} ${code} for ${at}`, { cause });
  }
  return new ExternalS3Error('refused', `the service refuses ${at}: ${status} ${code}`, { cause });
}

import type { S3ServiceException } from '@aws-sdk/client-s3';
import type { S3Place } from '../../lib/s3-place.ts';
import { StartupError } from '../../lib/startup-error.ts';

/** Why an S3 service cannot be used, with what the operator can do. Holds no key. */
export function s3StartupError({ endpoint, bucket, prefix }: S3Place, cause: unknown): StartupError {
  const place = `s3://${bucket}/${prefix} at ${endpoint}`;
  const { reason, hint } = reasonOf(cause);
  return new StartupError('artifacts', `cannot use the shared artifacts in ${place}: ${reason}`, { hint, cause });
}

function reasonOf(error: unknown): { readonly reason: string; readonly hint: string } {
  const { name, message, code, $metadata } = error as Partial<S3ServiceException> & { readonly code?: string };
  const status = $metadata?.httpStatusCode;
  // an answer without the XML of an S3 error
  if (status !== undefined && (name === 'Error' || message === 'UnknownError')) {
    return {
      reason: `the answer is ${status}, and not of an S3 service`,
      hint: 'Check s3_endpoint: the address of the service itself, without a path.',
    };
  }
  switch (name) {
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
      return { reason: 'the service refuses the keys', hint: 'Check s3_keys_file: ACCESS_KEY:SECRET_KEY in one line.' };
    case 'AccessDenied':
      return {
        reason: 'the keys lack a right',
        hint: 'Let them list the bucket, and read, write and delete its objects.',
      };
    case 'NoSuchBucket':
      return { reason: 'the bucket does not exist', hint: 'Create it; the server does not.' };
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
      return { reason: 'the bucket is in another region', hint: 'Set s3_region, and s3_endpoint of that region.' };
    case 'TimeoutError':
      return { reason: 'the service does not answer in time', hint: 'Check s3_endpoint and the network.' };
    default:
      return {
        reason: [code, message].filter(Boolean).join(' ') || String(name),
        hint: 'Check that s3_endpoint is the address of an S3 service, and that this machine reaches it.',
      };
  }
}

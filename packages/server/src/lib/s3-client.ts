import type { S3 } from '@aws-sdk/client-s3';
import type { S3Service } from './s3-place.ts';

const CONNECT_MS = 5_000;
/** Without a byte in either direction. */
const IDLE_MS = 30_000;

/**
 * Loads the official client, which a server without S3 does not need. Sends nothing. Each request is tried three times
 * and follows no redirection.
 */
export async function openS3(service: S3Service, idleMs = IDLE_MS): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3');
  const { endpoint, region, accessKey, secretKey, virtualHosts = false } = service;
  return new S3({
    endpoint,
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey.reveal() },
    forcePathStyle: !virtualHosts,
    // other services than that of AWS do not know the newer checksums
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: idleMs },
  });
}

import { describe, expect, it } from 'vitest';
import { addressOf } from '../address.ts';
import { StorageError } from '../errors.ts';
import { readHead } from '../head.ts';
import { SIGNED_PARAMETERS } from '../signatures/v2.ts';
import { checkExpectedOwner, checkOwnHeaders } from './own-headers.ts';
import { OPERATIONS, operationOf } from './table.ts';

const of = (method: string, url: string, headers: Record<string, string> = {}): string => {
  try {
    const head = readHead({ method, url, rawHeaders: Object.entries({ Host: '127.0.0.1', ...headers }).flat() });
    checkOwnHeaders(head.headers);
    return operationOf(head, addressOf(head, undefined)).id;
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
};

describe('operations', () => {
  it.each([
    ['GET', '/', 'listBuckets'],
    ['HEAD', '/?apiversion', 'headApiVersion'],
    ['HEAD', '/b?apiversion', 'headBucketApiVersion'],
    ['PUT', '/b', 'createBucket'],
    ['HEAD', '/b/', 'headBucket'],
    ['DELETE', '/b', 'deleteBucket'],
    ['GET', '/b?location', 'getLocation'],
    ['GET', '/b?prefix=a&marker=b&max-keys=2', 'listObjects'],
    ['GET', '/b?list-type=2&x-id=ListObjectsV2', 'listObjectsV2'],
    ['GET', '/b?list-type=1', 'InvalidArgument'],
    ['GET', '/b?uploads', 'listUploads'],
    ['POST', '/b?delete', 'deleteObjects'],
    ['GET', '/b?notification', 'getNotification'],
    ['PUT', '/b?notification', 'putNotification'],
    ['GET', '/b?lifecycle', 'getLifecycle'],
    ['PUT', '/b?lifecycle', 'putLifecycle'],
    ['DELETE', '/b?lifecycle', 'deleteLifecycle'],
    ['PUT', '/b/k', 'putObject'],
    ['GET', '/b/k?response-content-type=a&versionId=null', 'getObject'],
    ['GET', '/b/k?versionId=1', 'NotImplemented'],
    ['HEAD', '/b/k', 'headObject'],
    ['DELETE', '/b/k', 'deleteObject'],
    ['POST', '/b/k?uploads', 'createUpload'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'uploadPart'],
    ['POST', '/b/k?uploadId=u', 'completeUpload'],
    ['DELETE', '/b/k?uploadId=u', 'abortUpload'],
    ['GET', '/b/k?uploadId=u', 'listParts'],
    ['GET', '/b?policy', 'NotImplemented'],
    ['GET', '/b?uploads&policy', 'NotImplemented'],
    ['DELETE', '/b?cors', 'NotImplemented'],
    ['DELETE', '/b/k?tagging', 'NotImplemented'],
    ['PUT', '/b/k?partNumber=1', 'NotImplemented'],
    ['PUT', '/b/k?uploadID=u&partNumber=1', 'NotImplemented'],
    ['DELETE', '/b/k?uploadid=u', 'NotImplemented'],
    ['POST', '/b/k?append&position=0', 'NotImplemented'],
    ['POST', '/b/k', 'MethodNotAllowed'],
    ['DELETE', '/', 'MethodNotAllowed'],
    ['PATCH', '/b/k', 'MethodNotAllowed'],
    ['OPTIONS', '/b/k', 'NotImplemented'],
  ])('%s %s is %s', (method, url, expected) => {
    expect(of(method, url)).toBe(expected);
  });

  it('are copies with a source', () => {
    expect(of('PUT', '/b/k', { 'x-amz-copy-source': '/b/a' })).toBe('copyObject');
    expect(of('PUT', '/b/k?partNumber=1&uploadId=u', { 'x-obs-copy-source': '/b/a' })).toBe('copyPart');
  });

  it('are selected by parameters only that signatures of version 2 cover', () => {
    const selectors = OPERATIONS.flatMap(({ selectors: names }) => names).map((name) => name.toLowerCase());
    // two listings of the same objects, and the one request without a signature
    const others = selectors.filter((name) => !SIGNED_PARAMETERS.has(name));
    expect([...new Set(others)]).toEqual(['apiversion', 'list-type']);
  });

  it.each([
    ['x-amz-server-side-encryption', 'AES256', 'NotImplemented'],
    ['x-amz-server-side-encryption-customer-key', 'a', 'NotImplemented'],
    ['x-amz-acl', 'public-read', 'NotImplemented'],
    ['x-amz-acl', 'private', 'putObject'],
    ['x-amz-expires', '3', 'NotImplemented'],
    ['x-obs-expires', '3', 'putObject'],
    ['x-obs-acl', 'public-read-write', 'NotImplemented'],
    ['x-amz-tagging', 'a=b', 'NotImplemented'],
    ['x-amz-object-lock-mode', 'GOVERNANCE', 'NotImplemented'],
    ['x-amz-storage-class', 'GLACIER', 'NotImplemented'],
    ['x-amz-website-redirect-location', '/', 'NotImplemented'],
    ['x-amz-constructor', 'a', 'NotImplemented'],
    ['x-amz-meta-a', 'a', 'putObject'],
  ])('with %s: %s answer %s', (name, value, expected) => {
    expect(of('PUT', '/b/k', { [name]: value })).toBe(expected);
  });

  it('belong to the account that the client expects', () => {
    const check = (owner: string) => () => checkExpectedOwner(new Map([['x-amz-expected-bucket-owner', owner]]), 'me');
    expect(check('me')).not.toThrow();
    expect(check('other')).toThrow(/does not belong/);
  });
});

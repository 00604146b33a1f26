import type { IncomingMessage } from 'node:http';
import { CliError, EXIT, type ExitCode } from '../framework/index.ts';
import { type Element, readXml, textOf } from './xml.ts';

const DENIED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'InvalidSecurityToken',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

const HINTS: Readonly<Record<string, string>> = {
  RequestTimeTooSkewed: 'Set the clock of this machine.',
  BucketNotEmpty: "Remove its objects first: fgs buckets rm BUCKET --prefix ''",
  QuotaExceeded: 'See what is used with: fgs quotas list',
};

/** The error for an answer that is no success. Code and message are those of the server, of HEAD those in its headers. */
export async function storageError(answer: IncomingMessage, text: string): Promise<CliError> {
  const { statusCode: status = 0, headers } = answer;
  const root = text === '' ? undefined : await documentOf(text);
  const named = (element: string, header: string): string | undefined =>
    textOf(root, element) || [headers[header]].flat()[0];
  const code = named('Code', 'x-amz-error-code') ?? `HTTP.${status}`;
  return new CliError(named('Message', 'x-amz-error-message') ?? `the server answered ${status}`, {
    code,
    exitCode: exitCodeOf(status, code),
    hint: HINTS[code],
    requestId: named('RequestId', 'x-amz-request-id'),
  });
}

/** The same classes as of the API: a quota is a refusal. */
export function exitCodeOf(status: number, code: string): ExitCode {
  if (DENIED.has(code) || status === 401) return EXIT.denied;
  if (code === 'QuotaExceeded' || (status >= 400 && status < 500)) return EXIT.refused;
  return EXIT.failure;
}

/** Undefined when something between the server and us has answered. */
async function documentOf(text: string): Promise<Element | undefined> {
  try {
    return await readXml(text);
  } catch {
    return undefined;
  }
}

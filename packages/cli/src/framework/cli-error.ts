import { EXIT, type ExitCode } from './exit-code.ts';

/** A failure that the user should read: no stack, always an exit code, a hint if one exists. */
export class CliError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  /** Of the request that a server refused. */
  readonly requestId: string | undefined;

  constructor(
    message: string,
    fields: {
      code?: string;
      exitCode?: ExitCode;
      hint?: string | undefined;
      requestId?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'CliError';
    this.code = fields.code ?? 'CLI.FAILED';
    this.exitCode = fields.exitCode ?? EXIT.failure;
    this.hint = fields.hint;
    this.requestId = fields.requestId;
  }
}

/** The command line itself is invalid. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(message, { code: 'CLI.USAGE', exitCode: EXIT.usage, hint });
}

/** The `code` of a Node.js system error such as `ENOENT`; undefined for any other value. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The server cannot start, for a reason that its operator can fix. */
export class StartupError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, extra: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: extra.cause });
    this.name = 'StartupError';
    this.code = code;
    this.hint = extra.hint;
  }
}

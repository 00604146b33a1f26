export type RuntimeErrorCode =
  | 'runtime.unknown'
  | 'runtime.later'
  | 'runtime.unavailable'
  | 'runtime.not_installable'
  | 'runtime.not_runnable'
  | 'runtime.version_mismatch'
  | 'runtime.install_failed';

/** Errors that users see; `hint` explains what to do next. */
export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;
  readonly hint: string;

  constructor(code: RuntimeErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RuntimeError';
    this.code = code;
    this.hint = hint;
  }
}

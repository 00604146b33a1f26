/** A command on a data directory or a backup cannot be done, for a reason that a person can act on. */
export class MaintenanceError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'MaintenanceError';
    this.code = code;
    this.hint = options.hint;
  }
}

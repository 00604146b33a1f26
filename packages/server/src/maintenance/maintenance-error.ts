/** A command on a data directory or a backup failed for a reason that its user can fix. */
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

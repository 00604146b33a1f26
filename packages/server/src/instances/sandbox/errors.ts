/**
 * Codes of this module. `AGENT_GONE`: the agent process ended, with every sandbox. `AGENT_TIMEOUT`: it did not answer a
 * request in time. `AGENT_FAILED`: it could not be started. `SANDBOX_START_FAILED`: the driver refused or failed.
 * `SANDBOX_EXISTS`: the id is in use. The agent's own codes (see `@funcgraph/agent`) pass through unchanged.
 */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: string;
  readonly hint: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

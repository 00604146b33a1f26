/**
 * What the agent could not do. `BAD_REQUEST` · `SANDBOX_EXISTS` · `SANDBOX_GONE` (no such sandbox) · `SANDBOX_LIMIT`
 * (too many at once) · `START_FAILED` · `SOURCE_REFUSED` (outside of what the agent may show, or a link) · `BIND_UNREACHABLE` (the sandbox user could not read it) · `DRIVER_UNUSABLE` ·
 * `NOT_ALLOWED` (by the rules of the agent; the hint names the setting) · `NOT_SUPPORTED` (by this driver, on this machine) · `ALREADY_ASSIGNED` · `ATTACH_FAILED` (code could not be mounted in a
 * running sandbox) · `NETWORK_FAILED` · `NETWORK_TAKEN` (its addresses or its interface are in use) · `MOUNT_FAILED` ·
 * `CGROUP_FAILED` · `TMP_FAILED` · `NO_DISK_ROOM` (for the `/tmp` of another sandbox) · `DOOR_FAILED` (no socket in the sandbox) · `HOST_COMMAND_FAILED` · `STOPPING` · `INTERNAL`.
 */
export type AgentErrorCode =
  | 'BAD_REQUEST'
  | 'SANDBOX_EXISTS'
  | 'SANDBOX_GONE'
  | 'SANDBOX_LIMIT'
  | 'START_FAILED'
  | 'SOURCE_REFUSED'
  | 'NOT_ALLOWED'
  | 'BIND_UNREACHABLE'
  | 'DRIVER_UNUSABLE'
  | 'NOT_SUPPORTED'
  | 'ALREADY_ASSIGNED'
  | 'ATTACH_FAILED'
  | 'NETWORK_FAILED'
  | 'NETWORK_TAKEN'
  | 'MOUNT_FAILED'
  | 'CGROUP_FAILED'
  | 'TMP_FAILED'
  | 'NO_DISK_ROOM'
  | 'DOOR_FAILED'
  | 'HOST_COMMAND_FAILED'
  | 'STOPPING'
  | 'INTERNAL';

export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: AgentErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: AgentErrorCode,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** A request of the gateway, as its line in the access log has it. */
export interface AccessLine {
  /** When it came: RFC 3339. */
  readonly time: string;
  readonly client: string;
  readonly host?: string | undefined;
  readonly method?: string | undefined;
  readonly path: string;
  readonly tls?: boolean | undefined;
  readonly status: number;
  readonly complete?: boolean | undefined;
  readonly bytes: number;
  /** Until its answer ended. */
  readonly ms: number;
  readonly group?: string | undefined;
  readonly project?: string | undefined;
  readonly api?: string | undefined;
  /** Package and name. */
  readonly function?: string | undefined;
  readonly flow?: string | undefined;
  readonly request_id: string;
}

/** Undefined for a line that was cut off when the server was killed. */
export function readAccessLine(text: string): AccessLine | undefined {
  try {
    const line = JSON.parse(text) as AccessLine | null;
    return typeof line?.time === 'string' ? line : undefined;
  } catch {
    return undefined;
  }
}

/** Messages of the server on its IPC channel while it starts. */
export interface ReadyMessage {
  readonly event: 'ready';
  /** Of the server itself; a launcher may be its parent. */
  readonly pid: number;
  /** As whom it runs. */
  readonly user: string;
  readonly endpoint: string;
  readonly gateway: string;
  /** Of buckets. */
  readonly storage: string;
  readonly dataDir: string;
  readonly credentialsFile: string;
  readonly sandbox: { readonly driver: string; readonly degraded: readonly string[] };
}

export interface FailedMessage {
  readonly event: 'failed';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** The start waits for another server, which is stopping. */
export interface WaitingMessage {
  readonly event: 'waiting';
  /** Of that server. */
  readonly pid: number;
  readonly dataDir: string;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Undefined for any other message on the channel. */
export function parseMessage(value: unknown): ReadyMessage | FailedMessage | WaitingMessage | undefined {
  if (!isObject(value)) return undefined;
  const text = (name: string): string => (typeof value[name] === 'string' ? value[name] : '');
  if (value.event === 'failed') {
    const hint = text('hint');
    return { event: 'failed', code: text('code'), message: text('message'), ...(hint === '' ? {} : { hint }) };
  }
  const pid = typeof value.pid === 'number' ? value.pid : 0;
  if (value.event === 'waiting') return { event: 'waiting', pid, dataDir: text('dataDir') };
  if (value.event !== 'ready' || !isObject(value.sandbox)) return undefined;
  const { driver, degraded } = value.sandbox;
  return {
    event: 'ready',
    pid,
    user: text('user'),
    endpoint: text('endpoint'),
    gateway: text('gateway'),
    storage: text('storage'),
    dataDir: text('dataDir'),
    credentialsFile: text('credentialsFile'),
    sandbox: {
      driver: typeof driver === 'string' ? driver : '',
      degraded: Array.isArray(degraded) ? degraded.filter((d): d is string => typeof d === 'string') : [],
    },
  };
}

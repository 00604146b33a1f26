/** A line of the log of a function or of a flow. */
export interface ShownLine {
  readonly time: string;
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
  /** Of the request, or of the run of a flow. */
  readonly requestId: string;
  readonly instanceId?: string;
  /** The function or flow, where lines of several are mixed. */
  readonly source?: string;
  /** How the address of the log explorer names it. */
  readonly of?: string;
}

/** The same for the same line, however often it was read. */
export const keyOf = ({ time, source, requestId, message }: ShownLine): string =>
  [time, source, requestId, message].join('\n');

export const textOf = ({ time, level, source, requestId, message }: ShownLine): string =>
  [time, source, level, requestId || '-', message.replace(/\n$/, '')].filter((part) => part !== undefined).join(' ');

import type { LogLevel, LogLine } from '../../telemetry/index.ts';

/** A line as answers have it. */
export interface LineReply {
  readonly time: string;
  readonly level: LogLevel;
  readonly request_id: string;
  readonly instance_id: string;
  readonly version: string;
  readonly message: string;
}

export function lineReply(line: LogLine): LineReply {
  return {
    time: new Date(line.time).toISOString(),
    level: line.level,
    request_id: line.requestId,
    instance_id: line.instanceId,
    version: line.version,
    message: line.message,
  };
}

import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

const ERROR = 50;

export interface CountedLog {
  readonly log: Logger;
  /** Entries of level `error` and above so far, with those of child loggers. */
  readonly errors: () => number;
}

/** What a server does in the background reports its failures to the log only, so their number is a figure for monitoring. */
export function countedLog(options: LoggerOptions, destination: DestinationStream): CountedLog {
  let count = 0;
  const hooks: LoggerOptions['hooks'] = {
    logMethod(entry, write, level) {
      if (level >= ERROR) count += 1;
      return write.apply(this, entry);
    },
  };
  return { log: pino({ ...options, hooks }, destination), errors: () => count };
}

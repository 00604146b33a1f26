import type { RunFinished } from '@funcgraph/flow';
import type { Logger } from 'pino';
import type { Clock } from '../../../lib/clock.ts';
import type { LogLine, LogStore } from '../../../telemetry/index.ts';
import type { RunActor } from '../actor/run-actor.ts';
import type { RunContext } from '../actor/run-context.ts';
import { flowLogKey } from './flow-log-key.ts';
import { LogShare } from './log-share.ts';
import { isLogged, runLines } from './run-lines.ts';

export interface ExpressLogsOptions {
  readonly logs: Pick<LogStore, 'append'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
}

/** Writes the log lines of express runs that ended, as the definition of each asks for. */
export class ExpressLogs {
  readonly #options: ExpressLogsOptions;
  readonly #share: LogShare;

  constructor(options: ExpressLogsOptions) {
    this.#options = options;
    this.#share = new LogShare(options.clock);
  }

  /** Returns at once: the lines are made in a later turn of the event loop, and no caller waits for them. Never throws. */
  ended({ status }: Pick<RunFinished, 'status'>, context: RunContext, actor: RunActor): void {
    const { log_level: level = 'NONE' } = actor.parts.definition;
    if (context.mode !== 'EXPRESS' || !isLogged(level, status)) return;
    setImmediate(() => {
      try {
        this.#write(actor, context);
      } catch (error) {
        this.#options.log.error({ run: context.run, err: error }, 'the log lines of a run could not be made');
      }
    });
  }

  #write({ parts }: RunActor, { id, projectId, flowId }: RunContext): void {
    const history = parts.log.history?.();
    if (history === undefined) return;
    const lines = runLines(history, parts.definition);
    const common = { functionKey: flowLogKey({ id: flowId, projectId }), version: '', instanceId: '' };
    const bytes = lines.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0);
    const answer = this.#share.admit({ projectId, flowId, lines: lines.length, bytes });
    if (answer === 'refused') return;
    const admitted = answer === 'admitted' ? lines : [gap(this.#options.clock.now())];
    const requestId = answer === 'admitted' ? id : '';
    this.#options.logs.append(admitted.map((line): LogLine => ({ ...common, ...line, requestId })));
  }
}

function gap(time: number): Pick<LogLine, 'time' | 'level' | 'message'> {
  return {
    time,
    level: 'WARN',
    message: 'lines of runs are missing in this second: the flows of the project log too much',
  };
}

import { LogPositionStore, LogTriggers } from '../triggers/index.ts';
import type { AsyncParts } from './async-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

type LogTriggerDeps = Root &
  Pick<StateParts, 'storage' | 'catalog' | 'telemetry'> &
  Pick<InvocationParts, 'invoker'> &
  Pick<AsyncParts, 'asyncInvocations'>;

/** LTS triggers read the logs of this server. Call when the catalog is filled. */
export function logTriggerParts(deps: LogTriggerDeps): void {
  const { config, region, storage, catalog, telemetry, asyncInvocations, clock, life } = deps;
  const { folder, logs } = telemetry;
  const triggers = new LogTriggers({
    ...{ catalog, region, clock, async: asyncInvocations, retainDays: config.logRetainDays },
    leftOut: ({ message, ...refused }) => deps.invoker.recordRefused(refused, message),
    store: new LogPositionStore(storage.db),
    log: deps.log.child({ module: 'log-triggers' }),
    logs: {
      folder,
      flush: () => logs.flush(),
      onLines: (functionKey, callback) => logs.tail({ functionKey }, callback),
      async linesAfter(query) {
        const { day, lines, passed } = await logs.linesAfter(query);
        return { day, passed, lines: lines.map((line) => ({ ...line, uid: `${folder}-${day}-${line.seq}` })) };
      },
    },
  });
  triggers.start();
  life.onStop(() => triggers.stop());
}

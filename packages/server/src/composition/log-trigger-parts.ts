import { LogPositionStore, LogTriggers, TriggerHealth } from '../triggers/index.ts';
import type { Root } from './root.ts';
import type { ServiceParts } from './service-parts.ts';
import type { StateParts } from './state-parts.ts';

type LogTriggerDeps = Root &
  Pick<StateParts, 'storage' | 'catalog' | 'telemetry'> &
  Pick<ServiceParts, 'batches' | 'brokerStates'>;

/** LTS triggers read the logs of this server. */
export function logTriggerParts(deps: LogTriggerDeps) {
  const { config, storage, catalog, telemetry, batches, clock } = deps;
  const log = deps.log.child({ module: 'log-triggers' });
  const { folder, logs } = telemetry;
  const logTriggers = new LogTriggers({
    ...{ catalog, clock, targets: batches.targets, retainDays: config.logRetainDays },
    store: new LogPositionStore(storage.db),
    health: new TriggerHealth({ states: deps.brokerStates, clock, log }),
    log,
    logs: {
      folder,
      flush: () => logs.flush(),
      onLines: (functionKey, callback) => logs.tail({ functionKey }, callback),
      countAfter: (query) => logs.countAfter(query),
      async linesAfter(query) {
        const { day, lines, passed } = await logs.linesAfter(query);
        return { day, passed, lines: lines.map((line) => ({ ...line, uid: `${folder}-${day}-${line.seq}` })) };
      },
    },
  });
  return { logTriggers };
}

export type LogTriggerParts = ReturnType<typeof logTriggerParts>;

/** Call when the catalog is filled. */
export function startLogTriggers({ logTriggers, life }: LogTriggerParts & Pick<Root, 'life'>): void {
  logTriggers.start();
  life.onStop(() => logTriggers.stop());
}

import { openTelemetryDoor, TelemetryOfAll } from '../telemetry/index.ts';
import type { ClusterParts } from './cluster-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

type TelemetryDeps = Root & Pick<StateParts, 'telemetry'> & ClusterParts;

/** Logs, records and metrics of all servers, and the door through which the others ask this one. */
export function telemetryParts({ telemetry, nodes, cluster, clock, log, life }: TelemetryDeps) {
  const telemetryOfAll = new TelemetryOfAll({
    local: telemetry,
    nodes,
    connections: cluster?.connections,
    clock,
    onUnreachable: ({ name }, error) =>
      log.warn({ server: name, err: error }, 'a server could not be asked for telemetry'),
  });
  if (cluster !== undefined) {
    openTelemetryDoor(cluster.listener, {
      answer: (call) => telemetryOfAll.answer(call),
      tail: telemetry.logs.tail.bind(telemetry.logs),
      clock,
      stopping: life.drain.begun,
    });
  }
  return { telemetryOfAll };
}

export type TelemetryParts = ReturnType<typeof telemetryParts>;

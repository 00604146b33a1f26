import type { SharedPlace } from '../config/index.ts';
import { type CopyPlace, openTelemetryDoor, TelemetryCopies, TelemetryOfAll } from '../telemetry/index.ts';
import type { ClusterParts } from './cluster-parts.ts';
import type { HostParts } from './host-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

type TelemetryDeps = Root & Pick<HostParts, 'disk'> & Pick<StateParts, 'telemetry' | 'storage'> & ClusterParts;

/** Logs, records and metrics of all servers, and the door through which the others ask this one. */
export async function telemetryParts(deps: TelemetryDeps) {
  const { telemetry, nodes, cluster, clock, log, life } = deps;
  const copies = await copiesOf(deps);
  const telemetryOfAll = new TelemetryOfAll({
    local: telemetry,
    nodes,
    connections: cluster?.connections,
    clock,
    copies,
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

/** Only servers that share a database and a place have a use for copies. */
async function copiesOf({ config, telemetry, storage, disk, nodes, clock, log, life }: TelemetryDeps) {
  const { sharedArtifacts: shared, dataDir: dir, logRetainDays: retainDays, logBytes: maxBytes } = config;
  if (shared === undefined || storage.kind !== 'postgres') return undefined;
  const copies = await TelemetryCopies.start({
    ...{ telemetry, place: placeOf(shared), dir, nodes, retainDays, maxBytes, clock },
    mayRead: () => !disk.state.low,
    onError: (error) => log.warn({ err: error }, 'copies of logs could not be stored or read'),
  });
  life.onStop(() => copies.stop());
  return copies;
}

function placeOf(shared: SharedPlace): CopyPlace {
  if (shared.kind === 'folder') return shared;
  const { endpoint, region, bucket, prefix, accessKey, secretKey } = shared.place;
  return { kind: 's3', endpoint, region, bucket, prefix, accessKey, secretKey: secretKey.reveal() };
}

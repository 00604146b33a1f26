import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/index.ts';
import type { SandboxCapabilities } from '../instances/index.ts';
import { systemClock } from '../lib/clock.ts';
import { credentialsFile } from '../startup/index.ts';
import { alarmParts } from './alarm-parts.ts';
import { Assembly } from './assembly.ts';
import { asyncParts } from './async-parts.ts';
import { bucketParts } from './bucket-parts.ts';
import { startCache } from './cache-parts.ts';
import { clusterParts, openCluster } from './cluster-parts.ts';
import { startConsumers } from './consumer-parts.ts';
import { controlParts, startControl } from './control-parts.ts';
import { deliveryParts } from './delivery-parts.ts';
import { doorParts, listenParts } from './door-parts.ts';
import { flowParts } from './flow-parts.ts';
import { announceStop } from './forwarding-parts.ts';
import { gatewayParts } from './gateway-parts.ts';
import { hostParts, sandboxParts } from './host-parts.ts';
import { instanceParts } from './instance-parts.ts';
import { invocationParts } from './invocation-parts.ts';
import { Lifetime } from './lifetime.ts';
import { logTriggerParts, startLogTriggers } from './log-trigger-parts.ts';
import { resourceParts } from './resource-parts.ts';
import type { Root, ServerParts } from './root.ts';
import { rosterParts } from './roster-parts.ts';
import { serviceParts, startSources } from './service-parts.ts';
import { followOthers, stateParts } from './state-parts.ts';
import { streamParts } from './stream-parts.ts';
import { telemetryParts } from './telemetry-parts.ts';
import { topicParts, topicPublishing } from './topic-parts.ts';

export interface RunningServer {
  readonly app: FastifyInstance;
  readonly endpoint: string;
  readonly gateway: string;
  /** Address of buckets. */
  readonly storage: string;
  readonly credentialsFile: string;
  readonly sandbox: SandboxCapabilities;
  /** Resolves if the server permanently loses a part without which it cannot store data: it should be stopped then. */
  readonly broken: Promise<Error>;
  /** Resolves if this server was removed from its cluster while it was drained: it should be stopped then. */
  readonly removed: Promise<void>;
  /** Lets running invocations finish (within a deadline), writes buffered data, leaves nothing behind. Idempotent. */
  stop(): Promise<void>;
}

/** Everything that the server is made of, in the order in which it starts; it stops in reverse. A service is one line. */
const assemble = (root: Root) =>
  Assembly.of(root)
    .add(hostParts)
    .add(stateParts)
    .add(sandboxParts)
    .add(clusterParts)
    .add(telemetryParts)
    .add(controlParts)
    .add(instanceParts)
    .add(startControl)
    .add(startCache)
    .add(gatewayParts)
    .add(resourceParts)
    .add(invocationParts)
    .add(rosterParts)
    .add(asyncParts)
    .add(flowParts)
    .add(followOthers)
    .add(serviceParts)
    .add(bucketParts)
    .add(logTriggerParts)
    .add(streamParts)
    .add(topicPublishing)
    .add(deliveryParts)
    .add(topicParts)
    .add(alarmParts)
    .add(doorParts)
    .add(startLogTriggers)
    .add(startSources)
    .add(startConsumers)
    .add(openCluster)
    .add(announceStop)
    .add(listenParts);

/** Builds all objects and starts them in the order of their dependencies. The only place that does. */
export async function startServer(config: Config, parts: ServerParts): Promise<RunningServer> {
  const { log, clock = systemClock, ...replacements } = parts;
  const life = new Lifetime({ drainMs: config.drainMs, clock, log });
  const broken = Promise.withResolvers<Error>();
  const removed = Promise.withResolvers<void>();
  const signs = { onBroken: broken.resolve, onRemoved: removed.resolve };
  const root: Root = { config, region: config.region, clock, log, life, replacements, ...signs };
  try {
    const { addresses, outside, driver, capabilities } = await assemble(root).make();
    const { endpoint, gateway, storage } = addresses;
    log.info({ endpoint, gateway, storage, driver: driver.name }, 'server ready');
    return {
      ...{ app: outside.app, endpoint, gateway, storage },
      credentialsFile: credentialsFile(config.dataDir),
      sandbox: capabilities,
      broken: broken.promise,
      removed: removed.promise,
      stop: () => life.stop(),
    };
  } catch (error) {
    await life.stop();
    throw error;
  }
}

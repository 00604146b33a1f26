import type { AlarmsSchema } from './schema/alarms.ts';
import type { ApplicationsSchema } from './schema/applications.ts';
import type { BucketsSchema } from './schema/buckets.ts';
import type { ChangesSchema } from './schema/changes.ts';
import type { ClusterSchema } from './schema/cluster.ts';
import type { ConsoleSchema } from './schema/console.ts';
import type { DependenciesSchema } from './schema/dependencies.ts';
import type { FactsSchema } from './schema/facts.ts';
import type { FileSystemsSchema } from './schema/file-systems.ts';
import type { FlowRunsSchema } from './schema/flow-runs.ts';
import type { FlowsSchema } from './schema/flows.ts';
import type { FunctionUrlsSchema } from './schema/function-urls.ts';
import type { FunctionsSchema } from './schema/functions.ts';
import type { GatewaySchema } from './schema/gateway.ts';
import type { GatewayAppsSchema } from './schema/gateway-apps.ts';
import type { IdentitySchema } from './schema/identity.ts';
import type { ImagesSchema } from './schema/images.ts';
import type { NetworksSchema } from './schema/networks.ts';
import type { QueueSchema } from './schema/queue.ts';
import type { ReservedInstancesSchema } from './schema/reserved-instances.ts';
import type { SharesSchema } from './schema/shares.ts';
import type { StreamsSchema } from './schema/streams.ts';
import type { TopicsSchema } from './schema/topics.ts';
import type { TriggersSchema } from './schema/triggers.ts';

/** Tables that several parts read. Those of one resource alone are declared in its folder under `resources/`. */
export type Schema = IdentitySchema &
  QueueSchema &
  FunctionsSchema &
  FlowRunsSchema &
  FlowsSchema &
  FunctionUrlsSchema &
  NetworksSchema &
  FileSystemsSchema &
  ReservedInstancesSchema &
  ImagesSchema &
  AlarmsSchema &
  ApplicationsSchema &
  BucketsSchema &
  ChangesSchema &
  ClusterSchema &
  ConsoleSchema &
  DependenciesSchema &
  FactsSchema &
  StreamsSchema &
  TopicsSchema &
  TriggersSchema &
  GatewayAppsSchema &
  GatewaySchema &
  SharesSchema;

import {
  ApiBodies,
  type AppOptions,
  BodyBudget,
  bodyMemoryBytes,
  buildApp,
  createGateway,
  createStorageDoor,
  type DoorServers,
  type GatewayDeps,
  isOfferedInside,
  type StorageDoorDeps,
} from '../ingress/index.ts';

/** Of the memory for bodies that clients outside have. */
const PART_OF_BODIES = 4;

export interface OutsideParts {
  readonly appOptions: AppOptions;
  readonly gatewayDeps: GatewayDeps;
  readonly storageDeps: StorageDoorDeps;
  readonly dataDir: string;
}

/** The API, the gateway and buckets once more, for functions, with limits of their own: functions take no room of clients outside. */
export async function serveInside(
  doors: DoorServers,
  { appOptions, gatewayDeps, storageDeps, dataDir }: OutsideParts,
): Promise<void> {
  const { clients } = doors;
  const budget = new BodyBudget(Math.floor(bodyMemoryBytes() / PART_OF_BODIES));
  const bodies = new ApiBodies({ budget, dataDir, clients, clock: appOptions.clock });
  const inside = buildApp({ ...appOptions, clients, bodies, offers: isOfferedInside });
  await inside.ready();
  doors.serve('api', inside.server);
  doors.serve('gateway', createGateway({ ...gatewayDeps, clients, bodies: budget }));
  doors.serve('storage', createStorageDoor({ ...storageDeps, clients, bodies: budget }));
}

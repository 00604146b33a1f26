import {
  ApiBodies,
  type AppOptions,
  BodyBudget,
  bodyMemoryBytes,
  buildApp,
  createGateway,
  type DoorServers,
  type GatewayDeps,
  isOfferedInside,
} from '../ingress/index.ts';

/** Of the memory for bodies that clients outside have. */
const PART_OF_BODIES = 4;

export interface OutsideParts {
  readonly app: AppOptions;
  readonly gateway: GatewayDeps;
  readonly dataDir: string;
}

/** The API and the gateway once more, for functions, with limits of their own: functions take no room of clients outside. */
export async function serveInside(doors: DoorServers, { app, gateway, dataDir }: OutsideParts): Promise<void> {
  const { clients } = doors;
  const budget = new BodyBudget(Math.floor(bodyMemoryBytes() / PART_OF_BODIES));
  const bodies = new ApiBodies({ budget, dataDir, clients, clock: app.clock });
  const inside = buildApp({ ...app, clients, bodies, offers: isOfferedInside });
  await inside.ready();
  doors.serve('api', inside.server);
  doors.serve('gateway', createGateway({ ...gateway, clients, bodies: budget }));
}

import { hostname } from 'node:os';
import {
  GatewayApiStore,
  GatewayApis,
  GatewayGroupStore,
  GatewayGroups,
  GatewayReleaseStore,
  GatewayStageStore,
  GatewayStages,
  LiveGateway,
  type ReservedHosts,
} from '../services/index.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

/** Groups of APIs; call before the server hears of changes by others. */
export async function gatewayParts({ config, storage, feed, clock }: Root & Pick<StateParts, 'storage' | 'feed'>) {
  const store = new GatewayGroupStore(storage.db);
  const releases = new GatewayReleaseStore(storage.db);
  const live = new LiveGateway({ feed, groups: store, releases, domain: config.gatewayDomain });
  await live.start();
  return {
    liveGateway: live,
    gatewayGroups: new GatewayGroups({ store, live, reserved: reservedHosts(config), clock }),
    gatewayStages: new GatewayStages({ store: new GatewayStageStore(storage.db), live }),
    gatewayApis: new GatewayApis({ store: new GatewayApiStore(storage.db), releases, live, clock }),
  };
}

export type GatewayParts = Awaited<ReturnType<typeof gatewayParts>>;

function reservedHosts({ publicUrl, storageHost, gatewayDomain, host }: Root['config']): ReservedHosts {
  const names = [host, hostname(), ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
  const domains = ['localhost', 'platform.internal', storageHost, gatewayDomain].filter((name) => name !== undefined);
  return {
    names: new Set(names.map((name) => name.toLowerCase())),
    domains: domains.map((name) => name.toLowerCase()),
    hasGateway: gatewayDomain !== undefined,
  };
}

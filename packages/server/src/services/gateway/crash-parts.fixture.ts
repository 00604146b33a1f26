import { systemClock } from '../../lib/clock.ts';
import { ChangeFeed, type Storage } from '../../storage/index.ts';
import { GatewayApiStore } from './api-store.ts';
import { GatewayApis } from './gateway-apis.ts';
import { GatewayGroups } from './gateway-groups.ts';
import { GatewayGroupStore } from './group-store.ts';
import { LiveGateway } from './live-gateway.ts';
import { GatewayReleaseStore } from './release-store.ts';

/** The gateway of a server that has just started. Publications go through `publishing`. */
export async function crashParts({ db }: Storage, publishing = db) {
  const feed = new ChangeFeed(db);
  const store = new GatewayGroupStore(db);
  const live = new LiveGateway({ feed, groups: store, releases: new GatewayReleaseStore(db), domain: undefined });
  await live.start();
  const releases = new GatewayReleaseStore(publishing);
  return {
    ...{ feed, live },
    groups: new GatewayGroups({
      ...{ store, live, clock: systemClock },
      reserved: { names: new Set<string>(), domains: [], hasGateway: false },
    }),
    apis: new GatewayApis({ store: new GatewayApiStore(db), releases, live, clock: systemClock }),
  };
}

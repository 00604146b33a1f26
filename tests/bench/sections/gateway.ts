import type { IncomingMessage } from 'node:http';
import { GroupRoutes } from '../../../packages/server/src/ingress/gateway/group-routes.ts';
import { findPublished, type PublishedDeps } from '../../../packages/server/src/ingress/gateway/published.ts';
import { systemClock } from '../../../packages/server/src/lib/clock.ts';
import {
  GatewayApiStore,
  GatewayApis,
  GatewayGroupStore,
  GatewayGroups,
  GatewayReleaseStore,
  LiveGateway,
} from '../../../packages/server/src/services/index.ts';
import { ChangeFeed, openStorage } from '../../../packages/server/src/storage/index.ts';
import { type Row, ratioAtMost } from '../report.ts';
import type { Bench } from '../section.ts';

const APIS = 1_000;
const ROUNDS = 25;
const FUNCTION = { functionId: 'f1', package: 'default', name: 'hello' };

/** From the host and the path of a request to its function: in a group with many APIs, beside one with a single API. */
export async function gateway(bench: Bench): Promise<Row[]> {
  bench.progress(`gateway: routes among ${APIS} APIs`);
  const storage = await openStorage({ file: ':memory:' });
  const feed = new ChangeFeed(storage.db);
  try {
    const store = new GatewayGroupStore(storage.db);
    const releases = new GatewayReleaseStore(storage.db);
    const live = new LiveGateway({ feed, groups: store, releases, domain: undefined });
    await live.start();
    const clock = systemClock;
    const groups = new GatewayGroups({
      store,
      live,
      clock,
      reserved: { names: new Set(), domains: [], hasGateway: false },
    });
    const apis = new GatewayApis({ store: new GatewayApiStore(storage.db), releases, live, clock });
    const filled = async (name: string, count: number): Promise<string> => {
      const host = `${name}.example.com`;
      const group = await groups.addHost(await groups.create('p1', { name, description: '' }), host);
      for (let n = 0; n < count; n += 1) {
        const api = await apis.create(group, {
          ...{ name: `api${n}`, method: 'GET', path: `/shops/${n}/orders/{id}`, below: false, auth: 'NONE' },
          backend: { ...FUNCTION, qualifier: 'latest' },
          ...{ timeoutMs: 5000, async: false },
        });
        const { definition } = api;
        await apis.publish(group, api, { stage: 'RELEASE', definition, description: '', publishedBy: 'bench' });
      }
      return host;
    };
    const one = await filled('one', 1);
    const many = await filled('many', APIS);
    const deps = {
      catalog: { resolve: () => ({ functionId: FUNCTION.functionId, runtime: 'Node.js20.15' }) },
      groups: new GroupRoutes(live),
      region: 'local-1',
    } as unknown as PublishedDeps;
    const beside: number[] = [];
    const among: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      beside.push(microseconds(deps, { host: one, apis: 1, ms: bench.measureMs / ROUNDS }));
      among.push(microseconds(deps, { host: many, apis: APIS, ms: bench.measureMs / ROUNDS }));
    }
    // other work of the machine only adds to a time
    return [
      ratioAtMost('gateway: a route among 1,000 APIs beside one', Math.min(...among), 'µs', Math.min(...beside), 4),
    ];
  } finally {
    feed.stop();
    await storage.close();
  }
}

/** Of one request; they go through all APIs. */
function microseconds(
  deps: PublishedDeps,
  { host, apis, ms }: { readonly host: string; readonly apis: number; readonly ms: number },
): number {
  const requests = Array.from(
    { length: APIS },
    (_, n) => ({ method: 'GET', url: `/shops/${n % apis}/orders/17?x=1`, headers: { host } }) as IncomingMessage,
  );
  const begin = performance.now();
  let count = 0;
  while (performance.now() - begin < ms) {
    for (const request of requests) {
      const published = findPublished(request, deps.groups.groupOf(request.headers.host), deps);
      if (published === undefined) throw new Error('a published API was not found');
    }
    count += requests.length;
  }
  return ((performance.now() - begin) * 1000) / count;
}

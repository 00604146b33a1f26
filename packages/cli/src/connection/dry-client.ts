import { ApiError, type CallInput, type Client, ROUTES, type Route, type RouteId } from '@funcgraph/api';
import { PlannedChange } from '../framework/index.ts';

/** Operations that read, although clients send them as changes. */
const READING: ReadonlySet<RouteId> = new Set<RouteId>(['checkWorkflow', 'showResInstanceInfo', 'presignBucketObject']);

interface Sent {
  readonly params?: object;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A client that reads, and throws `PlannedChange` in place of the first change. What the change is about must exist. */
export function dryClient(client: Client): Client {
  const check = async (id: RouteId, input: Sent = {}): Promise<void> => {
    const route: Route = ROUTES[id];
    if (route.method === 'GET' || READING.has(id)) return;
    await checkExists(client, route, input);
    const fields = input.body instanceof Uint8Array ? [] : Object.keys((input.body ?? {}) as object);
    throw new PlannedChange(route.method, pathOf(route, input), { summary: route.summary, fields });
  };
  return {
    async call(id, input) {
      await check(id, input as Sent);
      return client.call(id, input);
    },
    async bytes(id, input) {
      await check(id, input as Sent);
      return client.bytes(id, input);
    },
    async pieces(id, input) {
      await check(id, input as Sent);
      return client.pieces(id, input);
    },
    async *stream(id, input) {
      await check(id, input as Sent);
      yield* client.stream(id, input);
    },
  };
}

/** By the operation that shows it. Throws the refusal of a server that has no such thing. */
async function checkExists(client: Client, { path }: Route, { params, signal }: Sent): Promise<void> {
  if (!path.replace('{project_id}', '').includes('{')) return;
  const shown = [path, `${path}/config`];
  const [id] =
    Object.entries<Route>(ROUTES).find((entry) => entry[1].method === 'GET' && shown.includes(entry[1].path)) ?? [];
  if (id === undefined) return;
  try {
    await client.bytes(id as RouteId, { params, ...(signal ? { signal } : {}) } as CallInput<RouteId>);
  } catch (error) {
    // others may be about the request that shows it: its right, or a field that it needs
    if (error instanceof ApiError && (error.status === 404 || error.status === 0 || error.status === 401)) throw error;
  }
}

function pathOf({ path }: Route, { params = {} }: Sent): string {
  const values = params as Readonly<Record<string, unknown>>;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

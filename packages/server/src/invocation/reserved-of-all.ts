import { json } from 'node:stream/consumers';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ClusterListener, ClusterNode, NodeConnections, Nodes } from '../cluster/index.ts';
import type { ReservedConfig } from '../control/index.ts';
import type { ReservedState } from '../instances/index.ts';

/** Names a setting on every server. */
export type ReservedId = Pick<ReservedConfig, 'functionId' | 'qualifier'>;

/** State of a setting on one server, or on all of them together. */
export type ReservedShare = ReservedState & { readonly note: string | undefined };

export interface ReservedOfAllOptions {
  readonly local: { state(config: ReservedId): ReservedShare };
  readonly nodes: Nodes;
  /** Undefined on a server without an address for others. */
  readonly connections: Pick<NodeConnections, 'request'> | undefined;
  readonly onUnreachable: (node: ClusterNode, error: unknown) => void;
}

const PATH = '/reserved';
const ASK_MS = 5_000;
/** More settings than a project can have on a page. */
const MAX_SETTINGS = 10_000;
const MAX_CALL_BYTES = 4 * 1024 * 1024;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const Count = Type.Integer({ minimum: 0 });
const Text = Type.String({ maxLength: 1024 });
const Call = Compile(
  Type.Object({
    settings: Type.Array(Type.Object({ functionId: Text, qualifier: Text }), { maxItems: MAX_SETTINGS }),
  }),
);
const Answer = Compile(
  Type.Object({
    states: Type.Array(
      Type.Object({
        ...{ desired: Count, ready: Count, starting: Count, note: Type.Optional(Text) },
        failing: Type.Optional(Type.Object({ reason: Text, failures: Count, nextTryAt: Type.Number() })),
      }),
    ),
  }),
);

/** Lets other servers ask for the reserved instances of this one. They have judged the caller. */
export function openReservedDoor(listener: Pick<ClusterListener, 'route'>, local: ReservedOfAllOptions['local']): void {
  listener.route(
    'POST',
    PATH,
    async (request, response) => {
      const call = await json(request).catch(() => undefined);
      const isCall = Call.Check(call);
      response.writeHead(isCall ? 200 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isCall ? { states: call.settings.map((one) => local.state(one)) } : {}));
    },
    { body: MAX_CALL_BYTES },
  );
}

/** Reserved instances of all servers: each keeps its share. */
export class ReservedOfAll {
  readonly #options: ReservedOfAllOptions;

  constructor(options: ReservedOfAllOptions) {
    this.#options = options;
  }

  /** In the order of the settings, with the names of servers that could not be asked. */
  async states(
    settings: readonly ReservedId[],
  ): Promise<{ readonly states: readonly ReservedShare[]; readonly unreachable: readonly string[] }> {
    const { local, nodes } = this.#options;
    const own = settings.map((one) => local.state(one));
    if (settings.length === 0) return { states: own, unreachable: [] };
    const ids = settings.slice(0, MAX_SETTINGS).map(({ functionId, qualifier }) => ({ functionId, qualifier }));
    const others = await Promise.all(nodes.others.map(async (node) => ({ node, found: await this.#ask(node, ids) })));
    const found = others.flatMap((other) => (other.found === undefined ? [] : [other.found]));
    return {
      states: own.map((state, at) => found.reduce((sum, some) => added(sum, some[at]), state)),
      unreachable: others.filter((other) => other.found === undefined).map(({ node }) => node.name),
    };
  }

  /** Undefined when the server gives no answer, or none that can be used. */
  async #ask(node: ClusterNode, settings: readonly ReservedId[]): Promise<readonly ReservedShare[] | undefined> {
    const { connections, onUnreachable } = this.#options;
    if (connections === undefined) return undefined;
    try {
      const { status, body } = await connections.request(node, {
        ...{ method: 'POST', path: PATH, headers: { 'content-type': 'application/json' } },
        body: Buffer.from(JSON.stringify({ settings })),
        signal: AbortSignal.timeout(ASK_MS),
      });
      const answer = parsed(await bytesOf(body));
      if (status !== 200 || !Answer.Check(answer) || answer.states.length !== settings.length) {
        throw new Error(`an answer ${status} that cannot be used`);
      }
      return answer.states.map(({ failing, note, ...counts }) => ({ ...counts, failing, note }));
    } catch (error) {
      onUnreachable(node, error);
      return undefined;
    }
  }
}

function added(a: ReservedShare, b: ReservedShare | undefined): ReservedShare {
  if (b === undefined) return a;
  const [worse] = [a.failing, b.failing]
    .filter((failing) => failing !== undefined)
    .sort((x, y) => y.failures - x.failures);
  return {
    desired: a.desired + b.desired,
    ready: a.ready + b.ready,
    starting: a.starting + b.starting,
    failing: worse,
    note: a.note ?? b.note,
  };
}

async function bytesOf(body: AsyncIterable<unknown> & { destroy(): void }): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > MAX_ANSWER_BYTES) {
      body.destroy();
      throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function parsed(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'));
}

import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Catalog } from '../control/index.ts';
import { FlowEngine, type FlowIdentity, type FlowRunRights, type Flows } from '../flows/index.ts';
import type { Caller, Iam } from '../iam/index.ts';
import type { Invoker } from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Sealer } from '../lib/sealer.ts';
import type { ChangeFeed, Membership, Storage } from '../storage/index.ts';
import type { Telemetry } from '../telemetry/index.ts';

/** The share of the account's concurrency that calls of flows may use. */
const FLOW_SHARE = 0.8;

export interface FlowParts {
  readonly config: Config;
  readonly storage: Storage;
  readonly membership: Membership;
  readonly feed: ChangeFeed;
  readonly flows: Flows;
  readonly catalog: Catalog;
  readonly invoker: Invoker;
  readonly iam: Iam;
  readonly sealer: Sealer;
  readonly telemetry: Pick<Telemetry, 'logs'>;
  readonly steady: Clock;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The engine of flows, which has begun: runs of servers that no longer live go on here. */
export async function startFlowEngine(parts: FlowParts): Promise<FlowEngine> {
  const { config, storage, membership, feed, flows, catalog, invoker, iam, sealer, telemetry, steady, clock } = parts;
  const log = parts.log.child({ module: 'flows' });
  const engine = new FlowEngine({
    storage,
    flows,
    functions: catalog,
    invoker,
    rights: runRights(iam),
    clock: steady,
    wallClock: clock,
    log,
    logs: telemetry.logs,
    // the rest is reserved for other calls
    slots: Math.max(1, Math.floor(config.accountConcurrency * FLOW_SHARE)),
    quota: { runs: config.quotas.flowRuns, bytes: config.quotas.flowRunBytes },
    callbackKey: sealer.fingerprint('callbacks of flows'),
    owner: () => membership.id,
    retainDays: config.flowRetainDays,
    sweepDefinitions: (pinned) => flows.sweep(pinned),
  });
  await engine.start();
  membership.onChange(() => engine.takeOver());
  await feed.follow('flow-run', (runs) => engine.messages(runs));
  return engine;
}

/** Looked up at each call, since rights may have been revoked. */
function runRights(iam: Iam): FlowRunRights {
  return {
    refusal(identity, projectId, target) {
      const caller = callerOf(iam, identity, projectId);
      const who =
        identity.agency === undefined ? 'the user who saved the flow' : `agency ${identity.agency} of the flow`;
      if (caller === undefined) return `${who} does not exist any more, or may not act`;
      if (target.kind === 'function') {
        const { package: pkg, name } = target.urn;
        const action = 'functiongraph:function:invoke';
        if (iam.allows(caller, { action, projectId: target.urn.projectId, fn: { package: pkg, name } }))
          return undefined;
        return `${who} may not do ${action} on function ${name} of package ${pkg}`;
      }
      const { name, enterpriseProjectId } = target.flow;
      const action = 'functiongraph:workflow:invoke';
      if (iam.allows(caller, { action, projectId, path: `default/${name}`, enterpriseProjectId })) return undefined;
      return `${who} may not do ${action} on flow ${name}`;
    },
  };
}

function callerOf(iam: Iam, { agency, savedBy }: FlowIdentity, projectId: string): Caller | undefined {
  return agency === undefined ? iam.callerOf(savedBy) : iam.agencyCaller(projectId, agency);
}

import { FlowEngine, type FlowIdentity, type FlowRunRights, RunService } from '../flows/index.ts';
import type { Caller, Iam } from '../iam/index.ts';
import type { ControlParts } from './control-parts.ts';
import type { InvocationParts } from './invocation-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

/** The share of the account's concurrency that calls of flows may use. */
const FLOW_SHARE = 0.8;

export type FlowDeps = Root & StateParts & Pick<ControlParts, 'flows'> & Pick<InvocationParts, 'invoker'>;

/** The engine of flows, which has begun: runs of servers that no longer live go on here. */
export async function flowParts(deps: FlowDeps) {
  const { config, storage, membership, feed, flows, catalog, invoker, iam, sealer, telemetry, steady, clock } = deps;
  const { life } = deps;
  const engine = new FlowEngine({
    storage,
    flows,
    functions: catalog,
    invoker,
    rights: runRights(iam),
    clock: steady,
    wallClock: clock,
    log: deps.log.child({ module: 'flows' }),
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
  life.drain.begun.addEventListener('abort', () => engine.drain());
  life.onStop(() => engine.stop(life.drain.closed));
  membership.onChange(() => engine.takeOver());
  await feed.follow('flow-run', (runs) => engine.messages(runs));
  return { runs: new RunService(engine) };
}

export type FlowParts = Awaited<ReturnType<typeof flowParts>>;

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

import type { FunctionUrn } from '@funcgraph/api';
import type { ArtifactStore } from '../artifacts/index.ts';
import type { Config } from '../config/index.ts';
import { type Catalog, peakCount } from '../control/index.ts';
import type { Iam } from '../iam/index.ts';
import {
  accessKeyHandlers,
  aliasHandlers,
  applicationHandlers,
  asyncStatusLogHandlers,
  cloudServiceHandlers,
  deadLetterHandlers,
  dependencyHandlers,
  fileSystemHandlers,
  functionArchiveHandlers,
  functionAsyncConfigHandlers,
  functionCodeHandlers,
  functionHandlers,
  functionQuotaHandlers,
  functionTemplateHandlers,
  functionUrlHandlers,
  gatewayAppHandlers,
  type Handlers,
  iamGrantHandlers,
  iamGroupHandlers,
  iamRightHandlers,
  iamUserHandlers,
  identityHandlers,
  imageHandlers,
  invocationHandlers,
  networkHandlers,
  type PlatformDeps,
  platformHandlers,
  publicDependencyHandlers,
  reservedInstanceHandlers,
  shareHandlers,
  tagHandlers,
  telemetryHandlers,
  testEventHandlers,
  triggerHandlers,
  versionHandlers,
  workflowHandlers,
} from '../ingress/index.ts';
import type { InstalledRuntimes, Pool, Prewarmed, SandboxCapabilities } from '../instances/index.ts';
import {
  type AccountGate,
  type AsyncInvocations,
  type DeadLetters,
  functionKeyOf,
  type Invoker,
  type ReservedDemand,
  resolve,
  versionsOf,
} from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Sealer } from '../lib/sealer.ts';
import type { DeadLetterBox, Queue } from '../queue/index.ts';
import { type Measuring, machineChecks, networkCheck, ownUserName, rightsCheck } from '../startup/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import { VERSION } from '../version.ts';
import type { ControlParts } from './control-parts.ts';

export interface ApiDeps {
  readonly config: Config;
  readonly control: ControlParts;
  readonly artifacts: ArtifactStore;
  readonly catalog: Catalog;
  readonly sealer: Sealer;
  readonly iam: Iam;
  readonly runtimes: InstalledRuntimes;
  readonly capabilities: SandboxCapabilities;
  readonly pool: Pool;
  readonly prewarmed: Prewarmed;
  readonly gate: AccountGate;
  readonly invoker: Invoker;
  readonly reservedDemand: ReservedDemand;
  readonly asyncInvocations: AsyncInvocations;
  readonly deadLetters: DeadLetters;
  readonly queue: Pick<Queue, 'usage'>;
  readonly deadLetterBox: Pick<DeadLetterBox, 'usage'>;
  readonly storage: Storage;
  readonly telemetry: Telemetry;
  readonly measuring: Measuring;
  /** Address of the gateway; known once it listens. */
  readonly gateway: () => string;
  readonly ready: PlatformDeps['ready'];
  readonly clock: Clock;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** More than a project can have. */
const MAX_FUNCTIONS = 100_000;

/** A handler for every route of the table. */
export function apiHandlers(deps: ApiDeps): Handlers {
  const { config, control, catalog, iam, runtimes, telemetry, clock } = deps;
  const { region } = config;
  const { asyncStatusLogs } = control;
  const { functions, versions, aliases, asyncConfigs, functionUrls, reservedConfigs, dependencies } = control;
  const failures = async (projectId: string): Promise<ReadonlyMap<string, number>> => {
    const to = clock.now() + 1;
    const from = Math.max(to - DAY_MS, 0);
    // the list is worth more than its counts
    const ranked = await telemetry.metrics
      .rank({ projectId, by: 'failcount', from, to, limit: MAX_FUNCTIONS })
      .catch(() => []);
    return new Map(ranked.map(({ functionKey, value }) => [functionKey, value]));
  };
  const functionKey = (urn: FunctionUrn): string => functionKeyOf(resolve(catalog, urn));
  const gauges = {
    version: VERSION,
    pool: () => deps.pool.gauges(),
    prewarmed: () => deps.prewarmed.waiting,
    async: () => deps.asyncInvocations.gauges(),
    waitingForAccount: () => deps.gate.waiting,
  };
  return {
    ...identityHandlers({ iam, clock }),
    ...iamUserHandlers(iam),
    ...iamGroupHandlers(iam),
    ...accessKeyHandlers(iam),
    ...iamRightHandlers({ iam, clock }),
    ...iamGrantHandlers(iam),
    ...functionHandlers({ iam, dependencies, functions, versions, catalog, region, failures }),
    ...versionHandlers({ versions, asyncConfigs, region }),
    ...aliasHandlers({ aliases, region }),
    ...functionCodeHandlers({
      iam,
      dependencies,
      functions,
      catalog,
      artifacts: deps.artifacts,
      sealer: deps.sealer,
      clock,
      region,
    }),
    ...functionArchiveHandlers({
      iam,
      dependencies,
      functions,
      exports: control.functionExports,
      imports: control.functionImports,
      catalog,
      region,
    }),
    ...applicationHandlers({
      iam,
      dependencies,
      applications: control.applications,
      templates: control.applicationTemplates,
      region,
    }),
    ...functionTemplateHandlers(control.functionTemplates),
    ...testEventHandlers(control.testEvents),
    ...cloudServiceHandlers({ functions, catalog }),
    ...workflowHandlers({
      iam,
      flows: control.flows,
      runs: undefined,
      clock,
      region,
      retainDays: config.logRetainDays,
    }),
    ...tagHandlers({ iam, functions, tags: control.tags, region }),
    ...gatewayAppHandlers({ iam, apps: control.gatewayApps, region }),
    ...triggerHandlers({ triggers: control.triggers, region, gateway: deps.gateway }),
    ...imageHandlers(control),
    ...dependencyHandlers({ dependencies, sealer: deps.sealer, clock }),
    ...publicDependencyHandlers(control.publicPackages),
    ...functionUrlHandlers({ functions, functionUrls, region }),
    ...functionQuotaHandlers({
      functions,
      runtimes,
      catalog,
      quotas: config.quotas,
      flows: (projectId) => control.flows.count(projectId),
      accountConcurrency: config.accountConcurrency,
      running: (projectId) => deps.measuring.running.ofProject(projectId),
      reserved: {
        quota: reservedConfigs.quota,
        used: (projectId) => reservedConfigs.list(projectId).reduce((sum, one) => sum + peakCount(one), 0),
      },
      queued: (projectId) => deps.queue.usage(projectId),
      deadLetters: (projectId) => deps.deadLetterBox.usage(projectId),
      idleSeconds: config.idleMs / 1000,
    }),
    ...functionAsyncConfigHandlers({ iam, functions, catalog, asyncConfigs, asyncStatusLogs, region }),
    ...asyncStatusLogHandlers(asyncStatusLogs),
    ...reservedInstanceHandlers({
      iam,
      functions,
      reservedConfigs,
      state: (reserved) => deps.reservedDemand.state(reserved),
      region,
    }),
    ...invocationHandlers({ invoker: deps.invoker, async: deps.asyncInvocations, clock }),
    ...deadLetterHandlers({ iam, deadLetters: deps.deadLetters }),
    ...telemetryHandlers({
      iam,
      telemetry,
      clock,
      functionKey,
      versionsOf: (urn) => versionsOf(catalog, urn),
    }),
    ...deps.measuring.handlers({ ...gauges, iam, functionKey }),
    ...networkHandlers(control.networks),
    ...fileSystemHandlers(control.fileSystems),
    ...shareHandlers(control),
    ...platformHandlers({
      ...gauges,
      ready: deps.ready,
      runtimes,
      sandbox: async () => deps.capabilities,
      checks: async () => [
        ...(await machineChecks(config.dataDir, runtimes.available())),
        { name: 'stored in', ...(await deps.storage.check()) },
        networkCheck(deps.capabilities, config.egress),
        rightsCheck(deps.capabilities, ownUserName()),
      ],
    }),
  };
}

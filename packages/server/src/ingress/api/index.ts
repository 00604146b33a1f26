import { alarmHandlers } from './alarms/handlers.ts';
import { aliasHandlers } from './aliases.ts';
import { bucketApiHandlers } from './buckets/handlers.ts';
import { cloudServiceHandlers } from './cloud-services.ts';
import { clusterHandlers } from './cluster.ts';
import { consoleHandlers } from './console.ts';
import { consoleOidcHandlers } from './console-oidc.ts';
import { deadLetterHandlers } from './dead-letters.ts';
import { debuggerHandlers } from './debugger.ts';
import { dependencyHandlers } from './dependencies.ts';
import { fileSystemHandlers } from './file-systems.ts';
import { functionArchiveHandlers } from './function-archives/handlers.ts';
import { functionTemplateHandlers } from './function-templates.ts';
import { functionUrlHandlers } from './function-urls.ts';
import { functionHandlers } from './functions.ts';
import { asyncStatusLogHandlers, functionAsyncConfigHandlers } from './functions-async-config.ts';
import { functionCodeHandlers } from './functions-code.ts';
import { functionQuotaHandlers } from './functions-quotas.ts';
import { accessLogHandlers } from './gateway/access-log.ts';
import { gatewayHandlers } from './gateway/handlers.ts';
import { triggerApiHandlers } from './gateway/trigger-apis.ts';
import { gatewayAppHandlers } from './gateway-apps.ts';
import { iamAssignmentHandlers } from './iam-assignments.ts';
import { iamGrantHandlers } from './iam-grants.ts';
import { iamRightHandlers } from './iam-rights.ts';
import { accessKeyHandlers, iamGroupHandlers, iamUserHandlers } from './iam-users.ts';
import { identityHandlers } from './identity.ts';
import { imageHandlers } from './images.ts';
import { invocationHandlers } from './invocations.ts';
import { networkHandlers } from './networks.ts';
import { platformHandlers } from './platform.ts';
import { projectLogHandlers } from './project-logs.ts';
import { publicDependencyHandlers } from './public-dependencies.ts';
import { reservedInstanceHandlers } from './reserved-instances.ts';
import { scrapeHandlers } from './scrape.ts';
import { shareHandlers } from './shares.ts';
import { statisticsHandlers } from './statistics.ts';
import { streamHandlers } from './streams/handlers.ts';
import { telemetryHandlers } from './telemetry.ts';
import { topicHandlers } from './topics/handlers.ts';
import { triggerHandlers } from './triggers.ts';
import { versionHandlers } from './versions.ts';
import { workflowHandlers } from './workflows/handlers.ts';

/** Handlers over parts that other modules need too. Resources that no other part needs are in `resources`. */
const GROUPS = [
  identityHandlers,
  consoleHandlers,
  consoleOidcHandlers,
  iamUserHandlers,
  iamGroupHandlers,
  accessKeyHandlers,
  iamRightHandlers,
  iamAssignmentHandlers,
  iamGrantHandlers,
  functionHandlers,
  versionHandlers,
  aliasHandlers,
  functionCodeHandlers,
  functionArchiveHandlers,
  functionTemplateHandlers,
  cloudServiceHandlers,
  workflowHandlers,
  gatewayAppHandlers,
  gatewayHandlers,
  triggerApiHandlers,
  accessLogHandlers,
  topicHandlers,
  streamHandlers,
  bucketApiHandlers,
  alarmHandlers,
  triggerHandlers,
  imageHandlers,
  dependencyHandlers,
  publicDependencyHandlers,
  functionUrlHandlers,
  functionQuotaHandlers,
  functionAsyncConfigHandlers,
  asyncStatusLogHandlers,
  reservedInstanceHandlers,
  invocationHandlers,
  deadLetterHandlers,
  debuggerHandlers,
  telemetryHandlers,
  projectLogHandlers,
  networkHandlers,
  fileSystemHandlers,
  shareHandlers,
  platformHandlers,
  clusterHandlers,
  scrapeHandlers,
  statisticsHandlers,
] as const;

type Group = (typeof GROUPS)[number];
/** What all of a union have, together. */
export type All<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;

/** Everything that the handlers need, by name: what each of them takes, together. */
export type ApiParts = All<Parameters<Group>[0]>;

export function apiHandlers(parts: ApiParts): All<ReturnType<Group>> {
  return Object.assign({}, ...GROUPS.map((make) => make(parts))) as All<ReturnType<Group>>;
}

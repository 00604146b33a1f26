import type { Handlers } from '../http/handler.ts';
import { aliasHandlers } from './aliases.ts';
import { applicationHandlers } from './applications.ts';
import { cloudServiceHandlers } from './cloud-services.ts';
import { deadLetterHandlers } from './dead-letters.ts';
import { dependencyHandlers } from './dependencies.ts';
import { fileSystemHandlers } from './file-systems.ts';
import { functionArchiveHandlers } from './function-archives/handlers.ts';
import { functionTemplateHandlers } from './function-templates.ts';
import { functionUrlHandlers } from './function-urls.ts';
import { functionHandlers } from './functions.ts';
import { asyncStatusLogHandlers, functionAsyncConfigHandlers } from './functions-async-config.ts';
import { functionCodeHandlers } from './functions-code.ts';
import { functionQuotaHandlers } from './functions-quotas.ts';
import { gatewayAppHandlers } from './gateway-apps.ts';
import { iamGrantHandlers } from './iam-grants.ts';
import { iamRightHandlers } from './iam-rights.ts';
import { accessKeyHandlers, iamGroupHandlers, iamUserHandlers } from './iam-users.ts';
import { identityHandlers } from './identity.ts';
import { imageHandlers } from './images.ts';
import { invocationHandlers } from './invocations.ts';
import { networkHandlers } from './networks.ts';
import { platformHandlers } from './platform.ts';
import { publicDependencyHandlers } from './public-dependencies.ts';
import { reservedInstanceHandlers } from './reserved-instances.ts';
import { scrapeHandlers } from './scrape.ts';
import { shareHandlers } from './shares.ts';
import { statisticsHandlers } from './statistics.ts';
import { tagHandlers } from './tags.ts';
import { telemetryHandlers } from './telemetry.ts';
import { testEventHandlers } from './test-events.ts';
import { triggerHandlers } from './triggers.ts';
import { versionHandlers } from './versions.ts';
import { workflowHandlers } from './workflows/handlers.ts';

/** The handlers of each resource. A new resource is one file and one line here. */
const RESOURCES = [
  identityHandlers,
  iamUserHandlers,
  iamGroupHandlers,
  accessKeyHandlers,
  iamRightHandlers,
  iamGrantHandlers,
  functionHandlers,
  versionHandlers,
  aliasHandlers,
  functionCodeHandlers,
  functionArchiveHandlers,
  applicationHandlers,
  functionTemplateHandlers,
  testEventHandlers,
  cloudServiceHandlers,
  workflowHandlers,
  tagHandlers,
  gatewayAppHandlers,
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
  telemetryHandlers,
  networkHandlers,
  fileSystemHandlers,
  shareHandlers,
  platformHandlers,
  scrapeHandlers,
  statisticsHandlers,
] as const;

type Resource = (typeof RESOURCES)[number];
type All<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;

/** Everything that the handlers need, by name: what each of them takes, together. */
export type ApiParts = All<Parameters<Resource>[0]>;

/** A handler for every route of the table; the compiler reports a missing one. */
export function apiHandlers(parts: ApiParts): Handlers {
  return Object.assign({}, ...RESOURCES.map((make) => make(parts))) as All<ReturnType<Resource>>;
}

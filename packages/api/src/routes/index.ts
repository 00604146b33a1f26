import { alarmRoutes } from './alarms.ts';
import { applicationRoutes } from './applications.ts';
import { bucketRoutes } from './buckets.ts';
import { cloudServiceRoutes } from './cloud-services.ts';
import { clusterRoutes } from './cluster.ts';
import { consoleRoutes } from './console.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { debuggerRoutes } from './debugger.ts';
import { dependencyRoutes } from './dependencies.ts';
import { deploymentRoutes } from './deployments.ts';
import { fileSystemRoutes } from './file-systems.ts';
import { functionArchiveRoutes } from './function-archives.ts';
import { functionTemplateRoutes } from './function-templates.ts';
import { functionUrlRoutes } from './function-urls.ts';
import { functionRoutes } from './functions.ts';
import { gatewayRoutes } from './gateway.ts';
import { gatewayAppRoutes } from './gateway-apps.ts';
import { iamAssignmentRoutes } from './iam-assignments.ts';
import { iamGrantRoutes } from './iam-grants.ts';
import { iamRightRoutes } from './iam-rights.ts';
import { iamUserRoutes } from './iam-users.ts';
import { identityRoutes } from './identity.ts';
import { imageRoutes } from './images.ts';
import { invocationRoutes } from './invocations.ts';
import { networkRoutes } from './networks.ts';
import { platformRoutes } from './platform.ts';
import { reservedInstanceRoutes } from './reserved-instances.ts';
import { shareRoutes } from './shares.ts';
import { statisticsRoutes } from './statistics.ts';
import { streamRoutes } from './streams.ts';
import { tagRoutes } from './tags.ts';
import { telemetryRoutes } from './telemetry.ts';
import { testEventRoutes } from './test-events.ts';
import { topicRoutes } from './topics.ts';
import { triggerRoutes } from './triggers.ts';
import { versionRoutes } from './versions.ts';
import { workflowTemplateRoutes } from './workflow-templates.ts';
import { workflowRoutes } from './workflows.ts';

/** Every operation of the server, by id. The ids of v2 operations are those of the official SDK. */
export const ROUTES = {
  ...identityRoutes,
  ...iamUserRoutes,
  ...iamRightRoutes,
  ...iamAssignmentRoutes,
  ...iamGrantRoutes,
  ...consoleRoutes,
  ...functionRoutes,
  ...functionArchiveRoutes,
  ...functionTemplateRoutes,
  ...applicationRoutes,
  ...functionUrlRoutes,
  ...dependencyRoutes,
  ...invocationRoutes,
  ...deadLetterRoutes,
  ...debuggerRoutes,
  ...versionRoutes,
  ...triggerRoutes,
  ...gatewayAppRoutes,
  ...gatewayRoutes,
  ...topicRoutes,
  ...streamRoutes,
  ...bucketRoutes,
  ...alarmRoutes,
  ...reservedInstanceRoutes,
  ...telemetryRoutes,
  ...statisticsRoutes,
  ...testEventRoutes,
  ...deploymentRoutes,
  ...tagRoutes,
  ...cloudServiceRoutes,
  ...workflowTemplateRoutes,
  ...workflowRoutes,
  ...imageRoutes,
  ...networkRoutes,
  ...fileSystemRoutes,
  ...shareRoutes,
  ...platformRoutes,
  ...clusterRoutes,
} as const;

export type Routes = typeof ROUTES;
export type RouteId = keyof Routes;

import type { Migration } from 'kysely/migration';
import { queue0001 } from './0001-queue.ts';
import { identity0002 } from './0002-identity.ts';
import { functions0003 } from './0003-functions.ts';
import { functionUrls0004 } from './0004-function-urls.ts';
import { versions0005 } from './0005-versions.ts';
import { networks0006 } from './0006-networks.ts';
import { fileSystems0007 } from './0007-file-systems.ts';
import { reservedInstances0008 } from './0008-reserved-instances.ts';
import { images0009 } from './0009-images.ts';
import { dependencies0010 } from './0010-dependencies.ts';
import { testEvents0011 } from './0011-test-events.ts';
import { iam0012 } from './0012-iam.ts';
import { audit0013 } from './0013-audit.ts';
import { deadLetters0014 } from './0014-dead-letters.ts';
import { applications0015 } from './0015-applications.ts';
import { tags0016 } from './0016-tags.ts';
import { triggers0017 } from './0017-triggers.ts';
import { gatewayApps0019 } from './0019-gateway-apps.ts';
import { shares0020 } from './0020-shares.ts';
import { projectOwners0021 } from './0021-project-owners.ts';
import { queueByGroup0022 } from './0022-queue-by-group.ts';
import { steadyTime0023 } from './0023-steady-time.ts';
import { messageBytes0024 } from './0024-message-bytes.ts';
import { keySwitches0025 } from './0025-key-switches.ts';
import { queueIndexes0026 } from './0026-queue-indexes.ts';
import { changes0027 } from './0027-changes.ts';
import { triggerSettings0028 } from './0028-trigger-settings.ts';
import { functionSettings0029 } from './0029-function-settings.ts';
import { flows0031 } from './0031-flows.ts';
import { flowRuns0032 } from './0032-flow-runs.ts';
import { servers0033 } from './0033-servers.ts';
import { flowMinutes0034 } from './0034-flow-minutes.ts';
import { flowTriggers0035 } from './0035-flow-triggers.ts';
import { facts0036 } from './0036-facts.ts';
import { flowTags0037 } from './0037-flow-tags.ts';
import { topics0038 } from './0038-topics.ts';
import { buckets0039 } from './0039-buckets.ts';
import { flowsWithTriggers0040 } from './0040-flows-with-triggers.ts';
import { gatewayGroups0041 } from './0041-gateway-groups.ts';
import { streams0042 } from './0042-streams.ts';
import { eventSecrets0043 } from './0043-event-secrets.ts';
import { logPositions0044 } from './0044-log-positions.ts';
import { alarms0045 } from './0045-alarms.ts';
import { gatewayStages0046 } from './0046-gateway-stages.ts';
import { gatewayAppApis0047 } from './0047-gateway-app-apis.ts';
import { triggerCheckpoints0048 } from './0048-trigger-checkpoints.ts';
import { brokerStates0049 } from './0049-broker-states.ts';
import { alarmMinutes0050 } from './0050-alarm-minutes.ts';
import { reservedByMetric0051 } from './0051-reserved-by-metric.ts';
import { consoleSessions0052 } from './0052-console-sessions.ts';
import { consoleLinks0053 } from './0053-console-links.ts';
import { statesOfFlowTriggers0054 } from './0054-states-of-flow-triggers.ts';
import { objectExpiry0055 } from './0055-object-expiry.ts';
import { deployments0056 } from './0056-deployments.ts';
import { revokedTokens0057 } from './0057-revoked-tokens.ts';
import { functionTracing0058 } from './0058-function-tracing.ts';
import { clusterNodes0059 } from './0059-cluster-nodes.ts';
import { reservedRoom0060 } from './0060-reserved-room.ts';
import { budgets0061 } from './0061-budgets.ts';
import { serverSessions0062 } from './0062-server-sessions.ts';
import { refusedAudit0063 } from './0063-refused-audit.ts';
import { sessionGenerations0064 } from './0064-session-generations.ts';
import { serverPlaces0065 } from './0065-server-places.ts';
import { loginAudit0066 } from './0066-login-audit.ts';

/** Every step of the schema in order. A released step is never changed; later steps correct it. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-queue': queue0001,
  '0002-identity': identity0002,
  '0003-functions': functions0003,
  '0004-function-urls': functionUrls0004,
  '0005-versions': versions0005,
  '0006-networks': networks0006,
  '0007-file-systems': fileSystems0007,
  '0008-reserved-instances': reservedInstances0008,
  '0009-images': images0009,
  '0010-dependencies': dependencies0010,
  '0011-test-events': testEvents0011,
  '0012-iam': iam0012,
  '0013-audit': audit0013,
  '0014-dead-letters': deadLetters0014,
  '0015-applications': applications0015,
  '0016-tags': tags0016,
  '0017-triggers': triggers0017,
  '0019-gateway-apps': gatewayApps0019,
  '0020-shares': shares0020,
  '0021-project-owners': projectOwners0021,
  '0022-queue-by-group': queueByGroup0022,
  '0023-steady-time': steadyTime0023,
  '0024-message-bytes': messageBytes0024,
  '0025-key-switches': keySwitches0025,
  '0026-queue-indexes': queueIndexes0026,
  '0027-changes': changes0027,
  '0028-trigger-settings': triggerSettings0028,
  '0029-function-settings': functionSettings0029,
  '0031-flows': flows0031,
  '0032-flow-runs': flowRuns0032,
  '0033-servers': servers0033,
  '0034-flow-minutes': flowMinutes0034,
  '0035-flow-triggers': flowTriggers0035,
  '0036-facts': facts0036,
  '0037-flow-tags': flowTags0037,
  '0038-topics': topics0038,
  '0039-buckets': buckets0039,
  '0040-flows-with-triggers': flowsWithTriggers0040,
  '0041-gateway-groups': gatewayGroups0041,
  '0042-streams': streams0042,
  '0043-event-secrets': eventSecrets0043,
  '0044-log-positions': logPositions0044,
  '0045-alarms': alarms0045,
  '0046-gateway-stages': gatewayStages0046,
  '0047-gateway-app-apis': gatewayAppApis0047,
  '0048-trigger-checkpoints': triggerCheckpoints0048,
  '0049-broker-states': brokerStates0049,
  '0050-alarm-minutes': alarmMinutes0050,
  '0051-reserved-by-metric': reservedByMetric0051,
  '0052-console-sessions': consoleSessions0052,
  '0053-console-links': consoleLinks0053,
  '0054-states-of-flow-triggers': statesOfFlowTriggers0054,
  '0055-object-expiry': objectExpiry0055,
  '0056-deployments': deployments0056,
  '0057-revoked-tokens': revokedTokens0057,
  '0058-function-tracing': functionTracing0058,
  '0059-cluster-nodes': clusterNodes0059,
  '0060-reserved-room': reservedRoom0060,
  '0061-budgets': budgets0061,
  '0062-server-sessions': serverSessions0062,
  '0063-refused-audit': refusedAudit0063,
  '0064-session-generations': sessionGenerations0064,
  '0065-server-places': serverPlaces0065,
  '0066-login-audit': loginAudit0066,
};

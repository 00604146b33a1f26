import { accessKeys } from './access-keys.ts';
import { agencies } from './agencies.ts';
import { alarms } from './alarms.ts';
import { audit } from './audit.ts';
import { buckets } from './buckets.ts';
import { cluster } from './cluster.ts';
import { createFunction } from './create-function.ts';
import { dependencies } from './dependencies.ts';
import { fileSystems } from './file-systems.ts';
import { flowEditor } from './flow-editor.ts';
import { flowRun } from './flow-run.ts';
import { flows } from './flows.ts';
import { functionAliases } from './function-aliases.ts';
import { functionAsync } from './function-async.ts';
import { functionCode } from './function-code.ts';
import { functionDependencies } from './function-dependencies.ts';
import { functionDiff } from './function-diff.ts';
import { functionPage } from './function-page.ts';
import { functionReserved } from './function-reserved.ts';
import { functionSettings } from './function-settings.ts';
import { functionTest } from './function-test.ts';
import { functionVersions } from './function-versions.ts';
import { functions } from './functions.ts';
import { gateway } from './gateway.ts';
import { groups } from './groups.ts';
import { health } from './health.ts';
import { identity } from './identity.ts';
import { images } from './images.ts';
import { logView } from './log-view.ts';
import { logs } from './logs.ts';
import { monitoring } from './monitoring.ts';
import { networks } from './networks.ts';
import { overview } from './overview.ts';
import { parts } from './parts.ts';
import { pickers } from './pickers.ts';
import { platform } from './platform.ts';
import { policies } from './policies.ts';
import { projects } from './projects.ts';
import { quotas } from './quotas.ts';
import { runtimes } from './runtimes.ts';
import { schedule } from './schedule.ts';
import { shell } from './shell.ts';
import { streams } from './streams.ts';
import { templates } from './templates.ts';
import { topics } from './topics.ts';
import { triggers } from './triggers.ts';
import { users } from './users.ts';

export const texts = {
  accessKeys,
  agencies,
  alarms,
  audit,
  buckets,
  cluster,
  createFunction,
  dependencies,
  fileSystems,
  flowEditor,
  flowRun,
  flows,
  functionAliases,
  functionAsync,
  functionCode,
  functionDependencies,
  functionDiff,
  functionPage,
  functionReserved,
  functionSettings,
  functionTest,
  functionVersions,
  functions,
  gateway,
  groups,
  health,
  identity,
  images,
  logView,
  logs,
  monitoring,
  networks,
  overview,
  parts,
  pickers,
  platform,
  policies,
  projects,
  quotas,
  runtimes,
  schedule,
  shell,
  streams,
  templates,
  topics,
  triggers,
  users,
};

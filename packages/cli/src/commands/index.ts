import type { Tree } from '../framework/index.ts';
import { aliases } from './aliases/index.ts';
import { applications } from './applications/index.ts';
import { asyncSettings } from './async.ts';
import { create as createBackup } from './backup/create.ts';
import { restore as restoreBackup } from './backup/restore.ts';
import { verify as verifyBackup } from './backup/verify.ts';
import { check } from './check.ts';
import { reset as resetCredentials } from './credentials/reset.ts';
import { deadLetters } from './dead-letters/index.ts';
import { create as createDependency } from './dependencies/create.ts';
import { remove as removeDependency } from './dependencies/delete.ts';
import { installPublic } from './dependencies/install-public.ts';
import { list as listDependencies } from './dependencies/list.ts';
import { show as showDependency } from './dependencies/show.ts';
import { doctor } from './doctor.ts';
import { filesystems } from './filesystems.ts';
import { functions } from './functions/index.ts';
import { gatewayApps } from './gateway-apps.ts';
import { iam } from './iam/index.ts';
import { listImages } from './images/list.ts';
import { loadImage } from './images/load.ts';
import { pullImage } from './images/pull.ts';
import { removeImage } from './images/rm.ts';
import { showImage } from './images/show.ts';
import { list as listInvocations } from './invocations/list.ts';
import { show as showInvocation } from './invocations/show.ts';
import { wait as waitForInvocation } from './invocations/wait.ts';
import { project as projectMetrics } from './metrics/project.ts';
import { show as showMetrics } from './metrics/show.ts';
import { top as topFunctions } from './metrics/top.ts';
import { usage as monthlyUsage } from './metrics/usage.ts';
import { networks } from './networks.ts';
import { quotas } from './quotas.ts';
import { list as listReserved } from './reserved/list.ts';
import { set as setReserved } from './reserved/set.ts';
import { show as showReserved } from './reserved/show.ts';
import { add } from './runtimes/add.ts';
import { install } from './runtimes/install.ts';
import { list as listRuntimes } from './runtimes/list.ts';
import { shares } from './shares.ts';
import { start } from './start.ts';
import { testEvents } from './test-events/index.ts';
import { triggers } from './triggers/index.ts';
import { up } from './up.ts';
import { versions } from './versions.ts';

/** Every command. A new verb is one file and one line here. */
export const TREE: Tree = {
  commands: [up, start, doctor, check],
  nouns: [
    functions,
    versions,
    aliases,
    applications,
    triggers,
    gatewayApps,
    {
      name: 'dependencies',
      summary: 'Library packages for functions',
      commands: [createDependency, listDependencies, showDependency, removeDependency, installPublic],
    },
    testEvents,
    {
      name: 'reserved',
      summary: 'Instances that are kept ready, so that no request waits for a start',
      commands: [setReserved, listReserved, showReserved],
    },
    {
      name: 'invocations',
      summary: 'Invocations with their results and the resources they used',
      commands: [listInvocations, showInvocation, waitForInvocation],
    },
    asyncSettings,
    deadLetters,
    {
      name: 'metrics',
      summary: 'Counts, failures and durations of invocations',
      commands: [showMetrics, projectMetrics, topFunctions, monthlyUsage],
    },
    quotas,
    {
      name: 'images',
      summary: 'Container images for functions',
      commands: [loadImage, pullImage, listImages, showImage, removeImage],
    },
    networks,
    filesystems,
    shares,
    iam,
    {
      name: 'backup',
      summary: 'Backups of a data directory',
      commands: [createBackup, restoreBackup, verifyBackup],
    },
    {
      name: 'credentials',
      summary: 'Administrator credentials for the owner of a data directory',
      commands: [resetCredentials],
    },
    {
      name: 'runtimes',
      summary: 'Languages and versions that functions can use',
      commands: [listRuntimes, install, add],
    },
  ],
};

import type { Tree } from '../framework/index.ts';
import { create as createAlias } from './aliases/create.ts';
import { remove as removeAlias } from './aliases/delete.ts';
import { list as listAliases } from './aliases/list.ts';
import { update as updateAlias } from './aliases/update.ts';
import { create as createApplication } from './applications/create.ts';
import { remove as removeApplication } from './applications/delete.ts';
import { list as listApplications } from './applications/list.ts';
import { show as showApplication } from './applications/show.ts';
import { listTemplates, showTemplate } from './applications/templates.ts';
import { reset as resetAsync } from './async/reset.ts';
import { set as setAsync } from './async/set.ts';
import { show as showAsync } from './async/show.ts';
import { create as createBackup } from './backup/create.ts';
import { restore as restoreBackup } from './backup/restore.ts';
import { verify as verifyBackup } from './backup/verify.ts';
import { check } from './check.ts';
import { reset as resetCredentials } from './credentials/reset.ts';
import { remove as removeDeadLetter } from './dead-letters/delete.ts';
import { list as listDeadLetters } from './dead-letters/list.ts';
import { purge as purgeDeadLetters } from './dead-letters/purge.ts';
import { redrive } from './dead-letters/redrive.ts';
import { redriveAll } from './dead-letters/redrive-all.ts';
import { show as showDeadLetter } from './dead-letters/show.ts';
import { create as createDependency } from './dependencies/create.ts';
import { remove as removeDependency } from './dependencies/delete.ts';
import { installPublic } from './dependencies/install-public.ts';
import { list as listDependencies } from './dependencies/list.ts';
import { show as showDependency } from './dependencies/show.ts';
import { doctor } from './doctor.ts';
import { add as addFileSystem } from './filesystems/add.ts';
import { list as listFileSystems } from './filesystems/list.ts';
import { remove as removeFileSystem } from './filesystems/remove.ts';
import { show as showFileSystem } from './filesystems/show.ts';
import { create } from './functions/create.ts';
import { remove } from './functions/delete.ts';
import { deploy } from './functions/deploy.ts';
import { exportFunction } from './functions/export.ts';
import { importFunction } from './functions/import.ts';
import { init } from './functions/init.ts';
import { invoke } from './functions/invoke.ts';
import { list as listFunctions } from './functions/list.ts';
import { logs } from './functions/logs.ts';
import { show as showFunction } from './functions/show.ts';
import { tag } from './functions/tag.ts';
import { tags } from './functions/tags.ts';
import { functionTemplates } from './functions/templates.ts';
import { untag } from './functions/untag.ts';
import { update } from './functions/update.ts';
import { url } from './functions/url.ts';
import { bind as bindApp, unbind as unbindApp } from './gateway-apps/bind.ts';
import { create as createApp } from './gateway-apps/create.ts';
import { remove as removeApp } from './gateway-apps/delete.ts';
import { list as listApps } from './gateway-apps/list.ts';
import { renew as renewApp } from './gateway-apps/renew.ts';
import { show as showApp } from './gateway-apps/show.ts';
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
import { create as createNetwork } from './networks/create.ts';
import { remove as deleteNetwork } from './networks/delete.ts';
import { list as listNetworks } from './networks/list.ts';
import { show as showNetwork } from './networks/show.ts';
import { list as listQuotas } from './quotas/list.ts';
import { list as listReserved } from './reserved/list.ts';
import { set as setReserved } from './reserved/set.ts';
import { show as showReserved } from './reserved/show.ts';
import { add } from './runtimes/add.ts';
import { install } from './runtimes/install.ts';
import { list as listRuntimes } from './runtimes/list.ts';
import { add as addShare } from './shares/add.ts';
import { list as listShares } from './shares/list.ts';
import { remove as removeShare } from './shares/remove.ts';
import { start } from './start.ts';
import { create as createTestEvent } from './test-events/create.ts';
import { remove as removeTestEvent } from './test-events/delete.ts';
import { list as listTestEvents } from './test-events/list.ts';
import { show as showTestEvent } from './test-events/show.ts';
import { templates } from './test-events/templates.ts';
import { update as updateTestEvent } from './test-events/update.ts';
import { create as createTrigger } from './triggers/create.ts';
import { remove as removeTrigger } from './triggers/delete.ts';
import { list as listTriggers } from './triggers/list.ts';
import { show as showTrigger } from './triggers/show.ts';
import { disable as disableTrigger, enable as enableTrigger } from './triggers/status.ts';
import { up } from './up.ts';
import { remove as removeVersion } from './versions/delete.ts';
import { list as listVersions } from './versions/list.ts';
import { publish } from './versions/publish.ts';

/** Every command. A new verb is one file and one line here. */
export const TREE: Tree = {
  commands: [up, start, doctor, check],
  nouns: [
    {
      name: 'functions',
      summary: 'Make, change, run and watch functions',
      commands: [
        deploy,
        create,
        listFunctions,
        showFunction,
        update,
        remove,
        invoke,
        logs,
        url,
        tag,
        untag,
        tags,
        exportFunction,
        importFunction,
        functionTemplates,
        init,
      ],
    },
    {
      name: 'versions',
      summary: 'Published versions of functions, which never change',
      commands: [publish, listVersions, removeVersion],
    },
    {
      name: 'aliases',
      summary: 'Movable names of versions, also for a part of the requests',
      commands: [createAlias, listAliases, updateAlias, removeAlias],
    },
    {
      name: 'applications',
      summary: 'Functions that are made together from a template, and deleted together',
      commands: [createApplication, listApplications, showApplication, removeApplication, listTemplates, showTemplate],
    },
    {
      name: 'triggers',
      summary: 'Timers and gateway routes of functions',
      commands: [createTrigger, listTriggers, showTrigger, enableTrigger, disableTrigger, removeTrigger],
    },
    {
      name: 'gateway-apps',
      summary: 'Apps that may call gateway triggers with authentication by app',
      commands: [createApp, listApps, showApp, renewApp, removeApp, bindApp, unbindApp],
    },
    {
      name: 'dependencies',
      summary: 'Library packages for functions',
      commands: [createDependency, listDependencies, showDependency, removeDependency, installPublic],
    },
    {
      name: 'test-events',
      summary: 'Sample events, saved with functions and of every kind of event source',
      commands: [createTestEvent, listTestEvents, showTestEvent, updateTestEvent, removeTestEvent, templates],
    },
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
    {
      name: 'async',
      summary: 'Retries and destinations of asynchronous invocations',
      commands: [setAsync, showAsync, resetAsync],
    },
    {
      name: 'dead-letters',
      summary: 'Permanently failed asynchronous invocations and deliveries',
      commands: [listDeadLetters, showDeadLetter, redrive, redriveAll, removeDeadLetter, purgeDeadLetters],
    },
    {
      name: 'metrics',
      summary: 'Counts, failures and durations of invocations',
      commands: [showMetrics, projectMetrics, topFunctions, monthlyUsage],
    },
    {
      name: 'quotas',
      summary: 'Limits and their use',
      commands: [listQuotas],
    },
    {
      name: 'images',
      summary: 'Container images for functions',
      commands: [loadImage, pullImage, listImages, showImage, removeImage],
    },
    {
      name: 'networks',
      summary: 'Networks of the server machine that functions can be placed in',
      commands: [listNetworks, createNetwork, showNetwork, deleteNetwork],
    },
    {
      name: 'filesystems',
      summary: 'Folders of the server machine and NFS exports that functions can mount',
      commands: [listFileSystems, addFileSystem, showFileSystem, removeFileSystem],
    },
    {
      name: 'shares',
      summary: 'Shares of file systems, networks and images with other accounts',
      commands: [addShare, listShares, removeShare],
    },
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

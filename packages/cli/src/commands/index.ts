import type { Tree } from '../framework/index.ts';
import { alarms } from './alarms/index.ts';
import { aliases } from './aliases/index.ts';
import { applications } from './applications/index.ts';
import { asyncSettings } from './async.ts';
import { backup } from './backup.ts';
import { buckets } from './buckets/index.ts';
import { check } from './check.ts';
import { cluster } from './cluster.ts';
import { completionOf } from './completion.ts';
import { consoleLink } from './console.ts';
import { credentials } from './credentials.ts';
import { deadLetters } from './dead-letters.ts';
import { dependencies } from './dependencies/index.ts';
import { doctor } from './doctor.ts';
import { filesystems } from './filesystems.ts';
import { flows } from './flows/index.ts';
import { functions } from './functions/index.ts';
import { gateway } from './gateway/index.ts';
import { gatewayApps } from './gateway-apps.ts';
import { iam } from './iam/index.ts';
import { images } from './images/index.ts';
import { invocations } from './invocations/index.ts';
import { metrics } from './metrics/index.ts';
import { networks } from './networks.ts';
import { profiles } from './profiles.ts';
import { deployCommand } from './project/deploy.ts';
import { destroyCommand } from './project/destroy.ts';
import { devCommand } from './project/dev.ts';
import { diffCommand } from './project/diff.ts';
import { initCommand } from './project/init.ts';
import { quotas } from './quotas.ts';
import { reserved } from './reserved/index.ts';
import { runtimes } from './runtimes/index.ts';
import { service } from './service/index.ts';
import { shares } from './shares.ts';
import { start } from './start.ts';
import { streams } from './streams/index.ts';
import { testEvents } from './test-events/index.ts';
import { topics } from './topics/index.ts';
import { triggers } from './triggers/index.ts';
import { up } from './up.ts';
import { versions } from './versions.ts';

/** Every command, in the order of the help. A new noun is one file or folder and one line here. */
export const TREE: Tree = {
  shortcuts: { invoke: 'functions invoke', logs: 'functions logs' },
  commands: [
    up,
    start,
    initCommand,
    devCommand,
    deployCommand,
    diffCommand,
    destroyCommand,
    consoleLink,
    doctor,
    check,
    completionOf(() => TREE),
  ],
  nouns: [
    functions,
    versions,
    aliases,
    applications,
    triggers,
    topics,
    streams,
    buckets,
    flows,
    gateway,
    gatewayApps,
    dependencies,
    testEvents,
    reserved,
    invocations,
    asyncSettings,
    deadLetters,
    metrics,
    alarms,
    quotas,
    images,
    networks,
    filesystems,
    shares,
    iam,
    backup,
    cluster,
    credentials,
    service,
    profiles,
    runtimes,
  ],
};

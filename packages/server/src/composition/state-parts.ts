import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ArtifactStore } from '../artifacts/index.ts';
import type { OtlpConfig } from '../config/index.ts';
import { Catalog, ProjectContentsStore } from '../control/index.ts';
import { Iam } from '../iam/index.ts';
import { Queue, SteadyTime } from '../queue/index.ts';
import { checkShared, functionFacts, openDatabase, plannedAddresses, writeCredentials } from '../startup/index.ts';
import { ChangeFeed, Duty, type DutyOptions, Leases, Membership, placeOf } from '../storage/index.ts';
import { type ExportSettings, openTelemetry } from '../telemetry/index.ts';
import type { HostParts } from './host-parts.ts';
import type { Root } from './root.ts';
import { sharedBlobs } from './shared-blobs.ts';
import { VERSION } from './version.ts';

/** Everything that is stored, and who may use it: database, identities, queue, telemetry, artifacts. */
export async function stateParts({
  config,
  clock,
  log,
  life,
  onBroken,
  onRemoved,
  disk,
  replacements,
}: Root & Pick<HostParts, 'disk'>) {
  // started first, because its thread needs nothing else and takes as long as the database
  const openingTelemetry = openTelemetry({
    dir: config.dataDir,
    retainDays: config.logRetainDays,
    limits: { totalBytes: config.logBytes, projectBytes: config.logBytesPerProject },
    exportTo: config.otlp === undefined ? undefined : exportTo(config.otlp, config.region),
    isCopied: config.sharedArtifacts !== undefined && config.databaseUrl !== undefined,
    mayWriteLogs: () => !disk.state.low,
    clock,
    onError: (error) => log.error({ err: error }, 'telemetry could not be written'),
    onExportLoss: (loss) => log.warn(loss, 'the collector did not get everything of the last minute'),
    onSetAside: (path) => log.warn({ path }, 'a damaged file of logs and metrics was set aside; a new one was begun'),
  });
  openingTelemetry.catch(() => {});
  life.onStop(() =>
    openingTelemetry.then(
      (opened) => opened.close(),
      () => {},
    ),
  );
  const { sealer, home, storage } = await openDatabase({
    config,
    log,
    onDeath: onBroken,
    template: replacements.emptyDatabase,
  });
  life.onStop(() => storage.close());
  const membership = await Membership.join({
    storage,
    home,
    place: await placeOf(config.dataDir),
    name: `${hostname()} (${process.pid})`,
    version: VERSION,
    clock,
    onError: (error) => log.error({ err: error }, 'a heartbeat failed'),
    onDenied: (server) =>
      log.warn(
        { server },
        'the open transactions of a lost server could not be ended, because they are of another database user: grant pg_signal_backend to this one, or use one user; they may delay the takeover of its work',
      ),
    onWait: (server, ms) =>
      log.warn(
        { server },
        `a server with this data directory may run elsewhere: waiting up to ${Math.ceil(ms / 1000)} s for its heartbeat`,
      ),
    onConflict: onBroken,
    onRemoved,
  });
  life.onStop(() => membership.leave());
  checkShared(membership, config);
  const leases = new Leases(storage, membership);
  const feed = new ChangeFeed(storage.db);
  life.onStop(() => feed.stop());
  const catalog = new Catalog();
  const iam = new Iam({
    storage,
    feed,
    sealer,
    clock,
    log: log.child({ module: 'iam' }),
    region: config.region,
    functions: functionFacts(catalog, new ProjectContentsStore(storage.db)),
    auditRetainDays: config.auditRetainDays,
    consoleTimes: config.console.times,
    oidc: config.oidc,
    passwordCost: replacements.passwordCost,
  });
  // those of the servers that listen take their place
  const addresses = { ...plannedAddresses(config) };
  await iam.start();
  life.onStop(() => iam.stop());
  // needed by callers only: `listenParts` waits for it
  const owner = iam.ensureOwner((credentials) => writeCredentials(config.dataDir, addresses, credentials));
  owner.catch(() => {});
  life.onStop(() => owner.catch(() => {}));
  const steady = await SteadyTime.open({
    storage,
    hasPeers: membership.livePeer !== undefined,
    clock,
    onError: (error) => log.error({ err: error }, 'steady time could not be noted'),
  });
  life.onStop(() => steady.stop());
  const queue = await Queue.open({
    storage,
    member: membership,
    now: () => steady.now(),
    wallTime: clock.now,
    maxOfOwner: { messages: config.quotas.asyncEvents, bytes: config.quotas.asyncBytes },
  });
  const telemetry = await openingTelemetry;
  const artifacts = new ArtifactStore({
    dir: join(config.dataDir, 'artifacts'),
    shared: sharedBlobs(config.sharedArtifacts, storage.id),
  });
  await artifacts.start();
  life.onStop(() => artifacts.stop());
  /** Work that one server does for all. It begins and ends with the lease of that name; stop it by `life`. */
  const duty = (name: string, work: Pick<DutyOptions, 'begin' | 'end'>): Duty =>
    new Duty({
      ...work,
      name,
      leases,
      peers: membership,
      clock,
      onError: (error) => log.error({ err: error, duty: name }, 'work for all servers could not begin or end'),
    });
  return {
    ...{
      sealer,
      home,
      storage,
      membership,
      leases,
      feed,
      catalog,
      iam,
      addresses,
      steady,
      queue,
      telemetry,
      artifacts,
    },
    ...{ owner, duty },
  };
}

function exportTo({ endpoint, headers, ca }: OtlpConfig, region: string): ExportSettings {
  const revealed = Object.fromEntries([...headers].map(([name, value]) => [name, value.reveal()]));
  return { target: { endpoint, headers: revealed, ca }, server: { region, instanceId: randomUUID() } };
}

type FollowingDeps = Pick<Root, 'clock'> & Pick<StateParts, 'storage' | 'feed'>;

/** What other servers change is known here soon from now on. Call when all followers of changes follow. */
export function followOthers({ storage, feed, clock }: FollowingDeps): void {
  if (storage.signals !== undefined) feed.hearOthers({ signals: storage.signals, clock });
}

export type StateParts = Awaited<ReturnType<typeof stateParts>>;

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Quotas, USUAL_QUOTAS } from '../domain/quotas.ts';
import { parseNetwork } from '../lib/network-set.ts';
import { TrustedProxies } from '../lib/trusted-proxies.ts';
import { interfaceName, nfsExport, userRange } from './list-items.ts';
import type { Config, ConsoleConfig, RawConfig } from './schema.ts';

/** A configuration that cannot be used; the message names the key. */
export class ConfigError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'ConfigError';
    this.hint = hint;
  }
}

const DURATION_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
/** Part of the machine's memory that functions get by default. */
const MEMORY_SHARE = 0.8;
/** Of the memory, for what message brokers sent; below the least, one batch would not fit. */
const BROKER_READ = { share: 0.25, leastMb: 64, mostMb: 512 };
/** Also from the compiled program: both are two folders below that of the package. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../../console/dist', import.meta.url));
const MIN_CONSOLE_IDLE_MS = 300_000;
const SIZE_MB = { MB: 1, GB: 1024 } as const;

export function durationMs(text: string, key: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text);
  if (match === null) throw new ConfigError(`${key} is not a duration: ${text}`, 'Write it as 500ms, 30s, 5m or 1h.');
  return Number(match[1]) * DURATION_MS[match[2] as keyof typeof DURATION_MS];
}

export function sizeMb(text: string, key: string): number {
  const match = /^(\d+)(MB|GB)$/.exec(text);
  if (match === null) throw new ConfigError(`${key} is not a size: ${text}`, 'Write it as 512MB or 2GB.');
  return Number(match[1]) * SIZE_MB[match[2] as keyof typeof SIZE_MB];
}

function sizeBytes(text: string | undefined, key: string): number | undefined {
  return text === undefined ? undefined : sizeMb(text, key) * 2 ** 20;
}

function imageBytes(text: string): number {
  const size = sizeMb(text, 'image_size');
  if (size >= 1 && size <= 10 * 1024) return size * 2 ** 20;
  throw new ConfigError(`image_size must be from 1MB to 10GB, not ${text}`);
}

/** No client waits longer than ten minutes for a cold start. */
function httpStartMs(text: string): number {
  const ms = durationMs(text, 'http_start_timeout');
  if (ms >= 1_000 && ms <= 600_000) return ms;
  throw new ConfigError(`http_start_timeout must be from 1s to 10m, not ${text}`);
}

function drainMs(text: string): number {
  const ms = durationMs(text, 'drain_timeout');
  if (ms <= 3_600_000) return ms;
  throw new ConfigError(`drain_timeout must be from 0s to 1h, not ${text}`);
}

function balancerNoticeMs(text: string): number {
  const ms = durationMs(text, 'balancer_notice');
  if (ms <= 30_000) return ms;
  throw new ConfigError(`balancer_notice must be from 0s to 30s, not ${text}`);
}

/** The listener with TLS of one of the ports. */
function tlsOf(door: 'api' | 'gateway' | 'storage', usualPort: number, raw: RawConfig): Config['gatewayTls'] {
  const dir = raw[`${door}_tls_dir`];
  const port = raw[`${door}_tls_port`];
  if (dir !== undefined) return { dir, port: port ?? usualPort };
  if (port === undefined) return undefined;
  throw new ConfigError(`${door}_tls_port needs certificates`, `Set ${door}_tls_dir, or leave it out.`);
}

/** A file of it, one of eight, takes at least what is written at once. */
function accessLogBytes(text: string | undefined): number | undefined {
  const bytes = sizeBytes(text, 'gateway_access_log');
  if (bytes === undefined || bytes >= 64 * 2 ** 20) return bytes;
  throw new ConfigError(`gateway_access_log must be at least 64MB, not ${text}`);
}

function hosts(text = ''): ReadonlySet<string> {
  return new Set(text.split(',').filter((host) => host !== ''));
}

function hostsAndNetworks(text: string | undefined, key: string): ReadonlySet<string> {
  const all = hosts(text);
  const wrong = [...all].find((entry) => entry.includes('/') && parseNetwork(entry) === undefined);
  if (wrong === undefined) return all;
  throw new ConfigError(`${key} cannot have ${wrong}`, 'Write hosts and networks with commas: mq.internal,10.1.0.0/16');
}

/** `form` describes the syntax of one item. */
function listOf<T>(text: string, key: string, parse: (item: string) => T | undefined, form: string): T[] {
  const items = text.split(',').filter((item) => item !== '');
  return items.map((item) => {
    const parsed = parse(item);
    if (parsed === undefined) throw new ConfigError(`${key} cannot have ${item}`, form);
    return parsed;
  });
}

function trustedProxies(text: string): readonly string[] {
  const ranges = text.split(',').map((range) => range.trim());
  const given = ranges.filter((range) => range !== '');
  try {
    new TrustedProxies(given);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const hint = 'Write addresses and networks with commas between them: 10.0.0.0/8,::1';
    throw new ConfigError(`trusted_proxies: ${cause.message}`, hint);
  }
  return given;
}

function consoleConfig(raw: RawConfig): ConsoleConfig {
  const idleMs = durationMs(raw.console_idle_timeout ?? '30m', 'console_idle_timeout');
  const mostMs = durationMs(raw.console_session_time ?? '12h', 'console_session_time');
  // servers share the last use of a session once a minute
  if (idleMs < MIN_CONSOLE_IDLE_MS) throw new ConfigError('console_idle_timeout must be at least 5m');
  if (mostMs < idleMs) throw new ConfigError('console_session_time must be at least console_idle_timeout');
  return { folder: CONSOLE_FOLDER, overHttp: raw.console_over_http === 'on', times: { idleMs, mostMs } };
}

function quotas(raw: RawConfig): Quotas {
  const usual = USUAL_QUOTAS;
  return Object.freeze({
    functions: raw.quota_functions ?? usual.functions,
    flows: raw.quota_flows ?? usual.flows,
    codeBytes: sizeBytes(raw.quota_code_size, 'quota_code_size') ?? usual.codeBytes,
    versionsPerFunction: raw.quota_versions ?? usual.versionsPerFunction,
    aliasesPerFunction: raw.quota_aliases ?? usual.aliasesPerFunction,
    testEventsPerFunction: raw.quota_test_events ?? usual.testEventsPerFunction,
    environmentChars: raw.quota_environment ?? usual.environmentChars,
    flowRuns: raw.quota_flow_runs ?? usual.flowRuns,
    flowRunBytes: sizeBytes(raw.quota_flow_run_size, 'quota_flow_run_size') ?? usual.flowRunBytes,
    asyncEvents: raw.quota_async_events ?? usual.asyncEvents,
    asyncBytes: sizeBytes(raw.quota_async_size, 'quota_async_size') ?? usual.asyncBytes,
    deadLetters: raw.quota_dead_letters ?? usual.deadLetters,
    deadLetterBytes: sizeBytes(raw.quota_dead_letter_size, 'quota_dead_letter_size') ?? usual.deadLetterBytes,
    buckets: raw.quota_buckets ?? usual.buckets,
    objects: raw.quota_objects ?? usual.objects,
    objectBytes: sizeBytes(raw.quota_object_size, 'quota_object_size') ?? usual.objectBytes,
    uploads: raw.quota_uploads ?? usual.uploads,
    uploadParts: raw.quota_upload_parts ?? usual.uploadParts,
    objectWrites: raw.quota_object_writes ?? usual.objectWrites,
    streams: raw.quota_streams ?? usual.streams,
    streamBytes: sizeBytes(raw.quota_stream_size, 'quota_stream_size') ?? usual.streamBytes,
  });
}

function brokerReadBytes(machineMemoryMb: number): number {
  const { share, leastMb, mostMb } = BROKER_READ;
  return Math.min(mostMb, Math.max(leastMb, Math.floor(machineMemoryMb * share))) * 2 ** 20;
}

/** The configuration with defaults added and units converted. */
export function compileConfig(
  raw: RawConfig & { readonly data_dir: string },
  machineMemoryMb: number,
): Omit<
  Config,
  | 'databaseUrl'
  | 'smtpUrl'
  | 'sealingKey'
  | 'metricsToken'
  | 'otlp'
  | 'oidc'
  | 'searchPath'
  | 'sharedArtifacts'
  | 'clusterAddress'
  | 'joinToken'
  | 'externalS3'
> {
  return {
    dataDir: raw.data_dir,
    user: raw.user ?? 'funcgraph',
    bucketFolder: raw.bucket_folder ?? (raw.artifacts?.startsWith('/') ? join(raw.artifacts, 'buckets') : undefined),
    host: raw.host?.replace(/^\[(.*)\]$/, '$1') ?? '127.0.0.1',
    port: raw.port ?? 8080,
    gatewayPort: raw.gateway_port ?? 8081,
    apiTls: tlsOf('api', 8444, raw),
    gatewayTls: tlsOf('gateway', 8443, raw),
    storageTls: tlsOf('storage', 8445, raw),
    accessLogBytes: accessLogBytes(raw.gateway_access_log),
    storagePort: raw.storage_port ?? 8082,
    storageHost: raw.storage_host,
    gatewayDomain: raw.gateway_domain,
    region: raw.region ?? 'local-1',
    sandbox: raw.sandbox ?? 'auto',
    rootWithoutIsolation: raw.root_without_isolation === 'allow',
    logLevel: raw.log_level ?? 'info',
    accountConcurrency: raw.account_concurrency ?? 100,
    idleMs: durationMs(raw.idle_timeout ?? '60s', 'idle_timeout'),
    maxWaitMs: durationMs(raw.max_wait ?? '5s', 'max_wait'),
    drainMs: drainMs(raw.drain_timeout ?? '30s'),
    balancerNoticeMs: balancerNoticeMs(raw.balancer_notice ?? '2s'),
    httpStartMs: httpStartMs(raw.http_start_timeout ?? '10s'),
    // Instances in use count with their whole limit; the rest of the machine is for the server and the system.
    memoryBudgetMb:
      raw.memory_budget === undefined
        ? Math.floor(machineMemoryMb * MEMORY_SHARE)
        : sizeMb(raw.memory_budget, 'memory_budget'),
    brokerReadBytes: brokerReadBytes(machineMemoryMb),
    imageBytes: imageBytes(raw.image_size ?? '2GB'),
    egress: (raw.egress ?? 'on') === 'on',
    prewarm: raw.prewarm ?? 16,
    requiredRuntimes: (raw.required_runtimes ?? '').split(',').filter((name) => name !== ''),
    linkHosts: hosts(raw.link_hosts),
    mountRoots: (raw.mount_roots ?? '/srv,/mnt,/media').split(',').filter((path) => path !== ''),
    nfsExports: listOf(raw.nfs_exports ?? '', 'nfs_exports', nfsExport, 'Write it as storage.example:/export/data.'),
    mountUsers: listOf(
      raw.mount_users ?? '1000-59999',
      'mount_users',
      userRange,
      'Write them as 1003,2000-2999, from 1 to 65534.',
    ),
    hostInterfaces: listOf(raw.host_interfaces ?? '', 'host_interfaces', interfaceName, 'Write them as eth1,eth2.'),
    webhookHosts: hosts(raw.webhook_hosts),
    brokerHosts: hostsAndNetworks(raw.broker_hosts, 'broker_hosts'),
    console: consoleConfig(raw),
    smtpFrom: raw.smtp_from ?? '',
    publicUrl: raw.public_url?.replace(/\/+$/, ''),
    trustedProxies: trustedProxies(raw.trusted_proxies ?? ''),
    quotas: quotas(raw),
    deadLetterRetainDays: raw.dead_letter_retain_days ?? 30,
    deadLettersPerFunction: raw.dead_letters_per_function ?? 1000,
    minFreeDiskBytes: sizeMb(raw.min_free_disk ?? '256MB', 'min_free_disk') * 2 ** 20,
    logBytes: sizeMb(raw.log_size ?? '10GB', 'log_size') * 2 ** 20,
    logBytesPerProject: sizeMb(raw.log_size_per_project ?? '2GB', 'log_size_per_project') * 2 ** 20,
    artifactCacheBytes: sizeMb(raw.artifact_cache ?? '20GB', 'artifact_cache') * 2 ** 20,
    asyncRetainDays: raw.async_retain_days ?? 7,
    flowRetainDays: raw.flow_retain_days ?? 30,
    logRetainDays: raw.log_retain_days ?? 7,
    auditRetainDays: raw.audit_retain_days ?? 180,
  };
}

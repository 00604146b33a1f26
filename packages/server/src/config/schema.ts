import type { NfsExport, UserRange } from '@funcgraph/agent';
import { type Static, Type } from 'typebox';
import type { Quotas } from '../domain/quotas.ts';
import type { S3Place, S3Service } from '../lib/s3-place.ts';
import type { Secret } from '../lib/secret.ts';

/**
 * Settings of a file, the environment (`FGS_…`) or a flag. Durations as `500ms`, `30s`, `5m`; sizes as `512MB`, `2GB`.
 */
export const RawConfig = Type.Object(
  {
    data_dir: Type.Optional(Type.String({ minLength: 1 })),
    /** The user that the server runs as when root starts it. */
    user: Type.Optional(Type.String({ pattern: '^[a-z_][a-z0-9_-]{0,31}$' })),
    /** A PostgreSQL database instead of SQLite in the data directory. On the command line without a password. */
    database_url: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** File that holds that URL. */
    database_url_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** File with the sealing key, for servers that share a PostgreSQL database. */
    key_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /**
     * Code of functions that servers with the same PostgreSQL database share: an absolute folder, or
     * `s3://bucket/prefix`.
     */
    artifacts: Type.Optional(
      Type.String({
        pattern: '^(/[^\\0]+|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9][A-Za-z0-9._-]*)*/?)$',
        maxLength: 1000,
      }),
    ),
    /** `host:port` at which other servers with the same PostgreSQL database reach this one; it listens there. */
    cluster_address: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
    /** File with a token by which a data directory without a key joins the servers of a PostgreSQL database. */
    join_token_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** S3 service with the bucket of `artifacts`. */
    s3_endpoint: Type.Optional(Type.String({ pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+/?$', maxLength: 512 })),
    s3_region: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
    /** `ACCESS_KEY:SECRET_KEY` of that service; not on the command line. */
    s3_keys: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** File that holds them. */
    s3_keys_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** JSON file with S3 services from which projects may read, and into which results may be stored. */
    external_s3_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** Folder with the bytes of buckets, absolute; servers with the same database mount it. */
    bucket_folder: Type.Optional(Type.String({ pattern: '^/[^\\0]+$', maxLength: 4096 })),
    host: Type.Optional(Type.String({ minLength: 1 })),
    port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    /** As `gateway_tls_dir` and `gateway_tls_port`, of the API. */
    api_tls_dir: Type.Optional(Type.String({ pattern: '^/[^\\0]+$', maxLength: 4096 })),
    api_tls_port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    gateway_port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    /** Folder with the certificates of the gateway, `<host name>.crt` and `<host name>.key`; absolute. */
    gateway_tls_dir: Type.Optional(Type.String({ pattern: '^/[^\\0]+$', maxLength: 4096 })),
    /** Port of the gateway with TLS. Needs `gateway_tls_dir`. */
    gateway_tls_port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    /** Size of the access log of the gateway on disk; none unless set. Its days are those of `log_retain_days`. */
    gateway_access_log: Type.Optional(Type.String()),
    storage_port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    /** The same of buckets. */
    storage_tls_dir: Type.Optional(Type.String({ pattern: '^/[^\\0]+$', maxLength: 4096 })),
    storage_tls_port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    /** Name whose subdomains are buckets, besides those of localhost. */
    storage_host: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$',
        maxLength: 189,
      }),
    ),
    /** Name whose subdomains are groups of APIs, by their id. */
    gateway_domain: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$',
        maxLength: 189,
      }),
    ),
    region: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
    sandbox: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('bubblewrap'), Type.Literal('process')])),
    /** With `sandbox` `process`: lets root run functions, which then run as root. */
    root_without_isolation: Type.Optional(Type.Literal('allow')),
    log_level: Type.Optional(
      Type.Union([
        Type.Literal('debug'),
        Type.Literal('info'),
        Type.Literal('warn'),
        Type.Literal('error'),
        Type.Literal('silent'),
      ]),
    ),
    account_concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    idle_timeout: Type.Optional(Type.String()),
    max_wait: Type.Optional(Type.String()),
    /** How long running invocations may go on when the server stops; from 0s to 1h. */
    drain_timeout: Type.Optional(Type.String()),
    /** How long a server beside others still takes calls after it is no longer ready, before it stops; at most 30s. */
    balancer_notice: Type.Optional(Type.String()),
    /** How long the server of an HTTP function may take until it listens on port 8000. */
    http_start_timeout: Type.Optional(Type.String()),
    /** Limit of the machine's memory for all functions together. */
    memory_budget: Type.Optional(Type.String()),
    /** Largest container image, and largest uploaded image archive; at most 10 GB. */
    image_size: Type.Optional(Type.String()),
    /** Whether functions reach the outside: `on` if the machine can isolate itself from them. */
    egress: Type.Optional(Type.Union([Type.Literal('on'), Type.Literal('off')])),
    /** Most started runtimes of one kind that wait for functions; 0 for none. */
    prewarm: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    /** Without one of these the server does not start: `Node.js20.15,Python`. */
    required_runtimes: Type.Optional(Type.String({ maxLength: 1024 })),
    /** Hosts (`name` or `name:port`, with commas) inside the own network from which archives may be fetched. */
    link_hosts: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.:,\\[\\]-]*$', maxLength: 4096 })),
    /** Hosts, in the same form, inside the own network to which results of asynchronous invocations may be sent. */
    webhook_hosts: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.:,\\[\\]-]*$', maxLength: 4096 })),
    /** Hosts, in the same form, or networks (`10.1.0.0/16`) inside the own one to which triggers of brokers may connect. */
    broker_hosts: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.:,/\\[\\]-]*$', maxLength: 4096 })),
    /** Address (`https://fgs.example.com`) at which others reach the API, for links in messages to subscribers. */
    public_url: Type.Optional(
      Type.String({ pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?$', maxLength: 512 }),
    ),
    /** Whether the console may be used over plain HTTP from other machines. */
    console_over_http: Type.Optional(Type.Union([Type.Literal('on'), Type.Literal('off')])),
    /** A session of the console ends without requests, and in any case, after this. */
    console_idle_timeout: Type.Optional(Type.String()),
    console_session_time: Type.Optional(Type.String()),
    /** OpenID Connect issuer (`https://login.example.com`) by which people sign in to the console besides passwords. */
    oidc_issuer: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
    /** This server's name at the issuer, and a file with its secret there. */
    oidc_client_id: Type.Optional(Type.String({ pattern: '^[\\x20-\\x7e]{1,256}$' })),
    oidc_client_secret_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** Name of the issuer for people; its host unless set. */
    oidc_name: Type.Optional(Type.String({ pattern: '^[^\\x00-\\x1f\\x7f]{1,40}$' })),
    /** Claim with the name of the user, `preferred_username` unless set. Only the issuer may set it, never its people. */
    oidc_claim: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.:/-]{1,128}$' })),
    /** File with certificates (PEM) that the issuer may have besides those of public authorities. */
    oidc_ca_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** Mail server for subscribers of topics: `smtps://user:password@host`. On the command line without a password. */
    smtp_url: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** File that holds that URL. */
    smtp_url_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** Address of the sender of e-mails. */
    smtp_from: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}$' })),
    /** OpenTelemetry collector (`https://host:4318`) that gets logs, traces and metrics by OTLP over HTTP. */
    otlp_endpoint: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
    /** Headers of requests to it (`Name=value`, with commas). Not on the command line. */
    otlp_headers: Type.Optional(Type.String({ minLength: 1, maxLength: 65_536 })),
    /** File that holds those headers. */
    otlp_headers_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** File with certificates (PEM) that the collector may have besides those of public authorities. */
    otlp_ca_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** Folders (absolute, with commas) below which file systems may be shared with functions. */
    mount_roots: Type.Optional(Type.String({ pattern: '^(/[^,]+(,/[^,]+)*)?$', maxLength: 4096 })),
    /** NFS exports (`host:/path`, with commas) that functions may mount, with the folders below them. */
    nfs_exports: Type.Optional(Type.String({ maxLength: 4096 })),
    /** Users and groups of the machine (numbers or `from-to`, with commas) as whom functions may use file systems. */
    mount_users: Type.Optional(Type.String({ maxLength: 4096 })),
    /** Interfaces of the machine (with commas) that networks of functions may have as their ports. */
    host_interfaces: Type.Optional(Type.String({ maxLength: 4096 })),
    /** Addresses and networks (`10.0.0.0/8`, with commas) of reverse proxies whose X-Forwarded-For is trusted. */
    trusted_proxies: Type.Optional(Type.String({ maxLength: 4096 })),
    /** File with the token with which other machines may read `/metrics`. */
    metrics_token_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** Functions of a project. */
    quota_functions: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    quota_flows: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    /** Runs of flows that a project stores, and the size of their events and values. */
    quota_flow_runs: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
    quota_flow_run_size: Type.Optional(Type.String()),
    /** Code of all functions of a project. */
    quota_code_size: Type.Optional(Type.String()),
    /** Published versions of a function. */
    quota_versions: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    quota_aliases: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    /** Test events of a function. */
    quota_test_events: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    /** Characters of all variables of a function. */
    quota_environment: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_536 })),
    /** Limits of a project for asynchronous events that wait or run, and results to be delivered: number and size. */
    quota_async_events: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    quota_async_size: Type.Optional(Type.String()),
    /** Dead letters of a project, and their size. */
    quota_dead_letters: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    quota_dead_letter_size: Type.Optional(Type.String()),
    /** Buckets of a project, its objects, and the size of these and of its unfinished uploads. */
    quota_buckets: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    quota_objects: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
    quota_object_size: Type.Optional(Type.String()),
    /** Unfinished uploads of a project, and their parts. */
    quota_uploads: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    quota_upload_parts: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    /** Objects and parts of a project that are being written at once. */
    quota_object_writes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    /** Streams of a project, and the size of their records. */
    quota_streams: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    quota_stream_size: Type.Optional(Type.String()),
    /** How long permanently failed invocations are kept with their events, and how many per function. */
    dead_letter_retain_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
    dead_letters_per_function: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    /** No new data is stored while less is free for the data directory (at most a tenth of its file system). */
    min_free_disk: Type.Optional(Type.String()),
    /**
     * Logs, receipts and metrics of all functions on disk, and the lines of one project; the oldest are removed first.
     */
    log_size: Type.Optional(Type.String()),
    log_size_per_project: Type.Optional(Type.String()),
    /** Copies of shared code and images on this server; what is not used for the longest time is removed, and fetched again. */
    artifact_cache: Type.Optional(Type.String()),
    /** How long the status of finished asynchronous invocations is kept. */
    async_retain_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
    /** How long ended runs of flows are kept. */
    flow_retain_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
    log_retain_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
    /** How long audit records are kept. */
    audit_retain_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  },
  { additionalProperties: false },
);
export type RawConfig = Static<typeof RawConfig>;

interface TlsConfig {
  /** Folder with certificates. */
  readonly dir: string;
  readonly port: number;
}

/** What servers share is in a folder that all of them mount, or in a bucket. */
export type SharedPlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 's3'; readonly place: S3Place };

/** An S3 service for projects. */
export interface ExternalS3Config {
  readonly name: string;
  readonly service: S3Service;
  /** Ids of the projects that may use it. */
  readonly projects: ReadonlySet<string>;
}

/** Where logs, traces and metrics also go. */
export interface OtlpConfig {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly headers: ReadonlyMap<string, Secret>;
  /** Certificates (PEM) that the collector may have besides those of public authorities. */
  readonly ca: string | undefined;
}

/** Sign-in by OpenID Connect. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a client that has none. */
  readonly clientSecret: Secret | undefined;
  /** For people. */
  readonly name: string;
  /** Holds the name of the user. */
  readonly claim: string;
  /** Certificates (PEM) that the issuer may have besides those of public authorities. */
  readonly ca: string | undefined;
}

/** Browsers at the console. */
export interface ConsoleConfig {
  /** With the built pages, if they are built. */
  readonly folder: string;
  /** Whether they may be on other machines and use plain HTTP. */
  readonly overHttp: boolean;
  readonly times: { readonly idleMs: number; readonly mostMs: number };
}

export interface ClusterAddress {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
}

/** Compiled: from here on only numbers in ms, bytes or megabytes. */
export interface Config {
  readonly dataDir: string;
  /** Folders in which interpreters of functions are looked for: those of PATH and of the system. */
  readonly searchPath: readonly string[];
  /** The user that the server runs as when root starts it. */
  readonly user: string;
  /** Undefined: SQLite in the data directory. */
  readonly databaseUrl: Secret | undefined;
  /** Undefined: in the data directory. */
  readonly sealingKey: Secret | undefined;
  /** The code that servers share. Undefined: the data directory has all of it. */
  readonly sharedArtifacts: SharedPlace | undefined;
  /** For a data directory without a key. */
  readonly joinToken: Secret | undefined;
  /** Where other servers reach this one. Undefined: no listener for them. */
  readonly clusterAddress: ClusterAddress | undefined;
  readonly externalS3: readonly ExternalS3Config[];
  /** Undefined: buckets are in the data directory. */
  readonly bucketFolder: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly gatewayPort: number;
  /** Undefined: no listener with TLS. */
  readonly apiTls: TlsConfig | undefined;
  readonly gatewayTls: TlsConfig | undefined;
  readonly storageTls: TlsConfig | undefined;
  /** Undefined: no access log. */
  readonly accessLogBytes: number | undefined;
  readonly storagePort: number;
  /** Undefined: only below localhost are buckets host names. */
  readonly storageHost: string | undefined;
  readonly gatewayDomain: string | undefined;
  readonly region: string;
  readonly sandbox: 'auto' | 'bubblewrap' | 'process';
  readonly rootWithoutIsolation: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly accountConcurrency: number;
  readonly idleMs: number;
  readonly maxWaitMs: number;
  readonly drainMs: number;
  readonly balancerNoticeMs: number;
  readonly httpStartMs: number;
  readonly memoryBudgetMb: number;
  readonly brokerReadBytes: number;
  readonly imageBytes: number;
  readonly egress: boolean;
  readonly prewarm: number;
  readonly requiredRuntimes: readonly string[];
  /** Internal hosts from which archives may be fetched. */
  readonly linkHosts: ReadonlySet<string>;
  /** Folders that the agent may mount for functions are below these; the list is fixed while the server runs. */
  readonly mountRoots: readonly string[];
  readonly nfsExports: readonly NfsExport[];
  readonly mountUsers: readonly UserRange[];
  readonly hostInterfaces: readonly string[];
  /** Internal hosts that outcomes may be sent to. */
  readonly webhookHosts: ReadonlySet<string>;
  /** Internal hosts and networks where brokers may be. */
  readonly brokerHosts: ReadonlySet<string>;
  /** Address of the API for others, without a slash at the end. Undefined: where the server listens. */
  readonly publicUrl: string | undefined;
  readonly console: ConsoleConfig;
  /** Undefined: passwords and links only. */
  readonly oidc: OidcConfig | undefined;
  /** Undefined: no e-mails. */
  readonly smtpUrl: Secret | undefined;
  /** Sender of e-mails; empty without a mail server. */
  readonly smtpFrom: string;
  /** Of reverse proxies; checked. */
  readonly trustedProxies: readonly string[];
  /** Undefined: only this machine reads metrics. */
  readonly metricsToken: Secret | undefined;
  /** Undefined: logs, traces and metrics stay here. */
  readonly otlp: OtlpConfig | undefined;
  readonly quotas: Quotas;
  readonly deadLetterRetainDays: number;
  readonly deadLettersPerFunction: number;
  readonly minFreeDiskBytes: number;
  readonly logBytes: number;
  readonly logBytesPerProject: number;
  /** Of copies of shared code and images. Without shared code nothing is removed. */
  readonly artifactCacheBytes: number;
  readonly asyncRetainDays: number;
  readonly flowRetainDays: number;
  readonly logRetainDays: number;
  readonly auditRetainDays: number;
}

/** Numbers that clients and server must agree on. Sources: the guide's sections 1.6, 3.3 and 3.6. */

export const MEMORY_SIZES_MB = [
  128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 8192, 10240,
] as const;

/** At most 60 letters, digits, `_`, `-`; starts with a letter, ends with a letter or digit. */
export const FUNCTION_NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,58}[A-Za-z0-9])?$/;

export const LIMITS = {
  syncEventBytes: 6 * 1024 * 1024,
  asyncEventBytes: 256 * 1024,
  resultBytes: 6 * 1024 * 1024,
  /** A streamed answer, all pieces together; ours, the guide has no number. */
  streamBytes: 200 * 1024 * 1024,
  /** "±100 bytes": the tolerance of the measure after serialisation. */
  sizeToleranceBytes: 100,
  codeZipBytes: 50 * 1024 * 1024,
  inlineCodeBytes: 10 * 1024,
  codeUnpackedBytes: 1500 * 1024 * 1024,
  codeFiles: 30_000,
  /** Of an exported function. */
  exportZipBytes: 50 * 1024 * 1024,
  /** MB of /tmp; the larger one for HTTP functions and images. */
  tmpMb: { usual: 512, large: 10_240 },
  processes: 1024,
  files: 1024,
  logTailBytes: 2 * 1024,
  timeoutSeconds: { min: 3, max: 900 },
  initializerTimeoutSeconds: { min: 1, max: 300 },
  asyncMaxAgeSeconds: { min: 1, max: 86_400 },
  asyncRetries: { min: 0, max: 3 },
  maxInstances: { min: -1, max: 1000, fallback: 400 },
  instanceConcurrency: { min: 1, max: 1000 },
  descriptionChars: 512,
  userDataChars: 4096,
  /** In each of user_data and encrypted_user_data. */
  userDataVariables: 20,
  functionsPerProject: 400,
  applicationsPerProject: 400,
  /** Ours, the guide has no number. */
  flowsPerProject: 400,
  /** Besides `latest`. */
  versionsPerFunction: 10,
  aliasesPerFunction: 10,
  aliasRules: 20,
  /** Of a header or cookie in a rule. */
  aliasRuleNameChars: 64,
  aliasRuleValueChars: 1024,
  reservedInstances: { min: 0, max: 1000 },
  /** The part of the account's concurrency that all reserved instances together may take. */
  reservedShare: 0.9,
  /** For one version or alias. */
  reservedPolicies: 20,
  /** Percent of a policy by metric. */
  reservedThreshold: { min: 1, max: 99 },
  weightPercent: { min: 0, max: 100 },
  dependenciesPerFunction: 20,
  dependencyVersionsPerProject: 400,
  /** Of an archive that is fetched from a bucket or another address. */
  fetchedZipBytes: 300 * 1024 * 1024,
  tagsPerFunction: 20,
  tagKeyChars: 128,
  tagValueChars: 255,
  /** Of one project. */
  deployments: 200,
  testEventsPerFunction: 10,
  testEventBytes: 4 * 1024,
  /** Command, arguments and working directory of a container image, together. */
  imageOverrideChars: 5120,
  /** Of one uploaded piece of a container image archive. */
  imagePieceBytes: 8 * 1024 * 1024,
  /** Of one version or alias; the guide has no number, the public API reference of its sister product has. */
  triggersPerVersion: 10,
  /** As many as the gateway of the cloud has by default. */
  gatewayAppsPerProject: 50,
  gatewayGroupsPerProject: 50,
  gatewayHostsPerGroup: 5,
  gatewayApisPerProject: 2000,
  gatewayStagesPerGroup: 10,
  gatewayVariablesPerStage: 20,
  /** Of an API in a stage. */
  gatewayReleases: 20,
  /** Memory that the published APIs of a project use in each server. */
  gatewayBytesPerProject: 8 * 1024 * 1024,
  gatewayPathParts: 20,
  /** Longest timeout of a gateway trigger. */
  apiTimeoutMs: { min: 1, max: 60_000 },
  mountsPerFunction: 5,
  /** Of a topic's message, and of its texts for protocols together. */
  messageBytes: 256 * 1024,
  messageSubjectBytes: 512,
  messageAttributes: 10,
  topicsPerProject: 3000,
  subscriptionsPerTopic: 10_000,
  /** Ours, the service has no number. */
  subscriptionsPerProject: 20_000,
  /** Of a stream of the advanced type; the service has the hours as days. */
  streamShards: { min: 1, max: 50 },
  streamRetentionHours: { min: 1, max: 168 },
  /** Of one record without its key, and of all records of one put. */
  recordBytes: 1024 * 1024,
  putRecords: 500,
  putBytes: 5 * 1024 * 1024,
  recordKeyChars: 256,
  /** Of an object that the API takes; S3 clients send larger ones in parts. */
  objectUploadBytes: 64 * 1024 * 1024,
  alarmsPerProject: 1000,
  topicsPerAlarm: 5,
  /** Periods that a rule of an alarm looks at. */
  alarmPeriods: 10,
  codeBytesPerProject: 10 * 1024 * 1024 * 1024,
} as const;

/** CPU in thousandths of a core for a memory size (public SDK comment: 200 + memory / 128 × 100). */
export function cpuMillisFor(memoryMb: number): number {
  return 200 + Math.floor((memoryMb * 100) / 128);
}

/** The destination of an asynchronous invocation. `param` is the JSON text of the API. */
export interface Destination {
  readonly destination: string;
  readonly param: string;
  /** The caller that set it, so that its right can be checked again; absent in older rows. */
  readonly setBy?: Setter;
}

/** A user or an agency, by id. */
export interface Setter {
  readonly kind: 'user' | 'agency';
  readonly id: string;
}

/** Kept and read back. */
export interface AsyncSettings {
  readonly onSuccess?: Destination;
  readonly onFailure?: Destination;
  readonly statusLog: boolean;
  readonly logNames: Readonly<Record<string, string>>;
}

/** The input of new settings. */
export interface NewAsyncConfig {
  readonly maxAgeSeconds?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly settings: AsyncSettings;
}

/** Settings for asynchronous invocations of one version or alias. Times are ms since the epoch. */
export interface AsyncConfig {
  readonly functionId: string;
  /** `latest`, a version, or `!alias`. */
  readonly qualifier: string;
  readonly maxAgeSeconds: number;
  readonly maxRetries: number;
  readonly settings: AsyncSettings;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** The settings for an invocation that is accepted now. */
export interface AsyncPolicy {
  readonly maxAgeSeconds: number;
  readonly maxRetries: number;
  readonly onSuccess: Destination | undefined;
  readonly onFailure: Destination | undefined;
  /** Whether each change of its status is a line of the log. */
  readonly statusLog: boolean;
}

/** Defaults of a function without settings: one retry, one hour. */
export const DEFAULT_POLICY: AsyncPolicy = {
  maxAgeSeconds: 3600,
  maxRetries: 1,
  onSuccess: undefined,
  onFailure: undefined,
  statusLog: false,
};

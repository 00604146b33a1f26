import type { Environment } from '@funcgraph/api/environment';
import type { Artifact } from '../../artifacts/index.ts';
import type { SurroundingSettings } from '../../domain/surroundings.ts';
import type { DependencyVersion } from '../dependencies/types.ts';

/** JSON object whose fields the platform keeps for the user without reading them. */
export type OpaqueFields = Readonly<Record<string, unknown>>;

/** Settings by which a version acts and belongs; the names were looked up when they were set. Empty text is none. */
export interface IdentitySettings {
  /** Whose credentials the code gets, unless `codeAgency` names another agency. */
  readonly agency?: string | undefined;
  readonly codeAgency?: string | undefined;
  readonly enterpriseProjectId?: string | undefined;
}

/** Entry points that the platform calls between requests; empty text is none. Called for Java alone. */
export interface HookSettings {
  readonly heartbeatHandler?: string | undefined;
  readonly preStopHandler?: string | undefined;
  /** 0 for a handler that is not set. */
  readonly preStopTimeoutSeconds?: number | undefined;
  /** Changes nothing: classes of a function are always loaded apart from the runtime. */
  readonly classIsolation?: boolean | undefined;
}

/** Everything a user can set on a version except code and secrets. Stored as JSON; fields that are absent were never set. */
export interface FunctionConfig extends IdentitySettings, HookSettings, SurroundingSettings {
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly env: Environment;
  readonly description: string;
  readonly initializer?: string;
  readonly initializerTimeoutSeconds?: number;
  /** -1 no limit, 0 disabled. */
  readonly maxInstances: number;
  readonly instanceConcurrency: number;
  readonly dynamicMemory: boolean;
  /** MB of /tmp. Absent: the usual size. */
  readonly tmpMb?: number;
  /** Ids of dependency versions; files of a later one replace those of an earlier one. */
  readonly dependencies: readonly string[];
  readonly image?: FunctionImage;
  /** Absent in rows from before it existed: off. */
  readonly returnStream?: boolean;
  /** Requests may wait in an instance for those before them. Absent: on. */
  readonly lanes?: boolean;
  /** As the user named them; the code itself is known by its digest. */
  readonly codeType: string;
  readonly codeFileName: string;
  /** Where code of type `obs` was read from, without a signature; empty or absent for code that was sent. */
  readonly codeUrl?: string;
  /** Returned to the user as it was given; means nothing to the platform. */
  readonly kept: OpaqueFields;
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Settings that a request names; undefined ones stay. The code is changed by an operation of its own. */
export interface FunctionSettings
  extends Given<Omit<FunctionConfig, 'image' | 'codeType' | 'codeFileName' | 'codeUrl'>> {
  /** Encrypted variables, with `MASK` as the value of those that stay. */
  readonly secrets?: Environment | undefined;
}

/** Code as it was uploaded. */
export interface NewCode {
  /** `inline`, `zip`, `jar`, `obs`, `IMAGE_CODE_TYPE`, or empty for what the bytes are. */
  readonly type?: string | undefined;
  readonly fileName?: string | undefined;
  /** Undefined: no code was sent. */
  readonly bytes?: Buffer | undefined;
  /** For `obs`: the address of the code, which is fetched once, now. */
  readonly link?: string | undefined;
  /** The bytes behind it, when this server has them; read once, now. */
  readonly linked?: AsyncIterable<Uint8Array> | undefined;
}

/** A container image and what it runs; parts that are left out stay. */
export interface ImageChoice {
  readonly name?: string | undefined;
  readonly command?: string | undefined;
  readonly args?: string | undefined;
  readonly workingDir?: string | undefined;
  /** −1 for 1003, the user of functions. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export interface CodeChange {
  readonly code?: NewCode;
  readonly image?: ImageChoice | undefined;
  readonly dependencies?: readonly string[] | undefined;
}

export interface ConfigChange extends FunctionSettings {
  readonly image?: ImageChoice | undefined;
}

export interface NewFunction extends ConfigChange {
  readonly name: string;
  readonly package?: string | undefined;
  readonly runtime: string;
  readonly code?: NewCode;
}

/** A container image in the place of code: the user's reference, and the image it meant at that time. */
export interface FunctionImage {
  /** The image itself; its name may point to another one by now. */
  readonly id: string;
  readonly name: string;
  /** As given, with commas; empty for the image's own. */
  readonly command: string;
  readonly args: string;
  readonly workingDir: string;
  readonly uid: number;
  readonly gid: number;
  /** The program to run. `env` is that of the image alone. */
  readonly run: { readonly argv: readonly string[]; readonly env: Environment; readonly cwd: string };
}

export interface FunctionRecord {
  readonly id: string;
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
  readonly runtime: string;
  readonly collected: boolean;
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** Sealed keys of tracing; empty when it was switched off, null when it never was set. */
  readonly sealedTracing: string | null;
}

/** Whether spans of a function are exported, by the keys that a user gave for tracing: none are needed here. */
export type Tracing = 'unset' | 'off' | { readonly accessKey: string; readonly secretKey: string };

export interface VersionRecord {
  readonly version: string;
  readonly revision: number;
  readonly config: FunctionConfig;
  /** Sealed JSON object; null when there are no encrypted variables. */
  readonly sealedEnv: string | null;
  readonly artifact: Artifact;
  /** Name of a jar or inline file inside the code folder. */
  readonly artifactFile: string | undefined;
  /** Ms since the epoch. */
  readonly modifiedAt: number;
  /** The description of its publication; empty for `latest`. */
  readonly description: string;
}

/** A function together with one of its versions: the subject of every operation of the API. */
export interface FunctionState {
  readonly fn: FunctionRecord;
  readonly version: VersionRecord;
  /** Names of the encrypted variables. */
  readonly secretNames: readonly string[];
  readonly dependencies: readonly DependencyVersion[];
}

/** The runtimes of this machine. */
export interface Runtimes {
  /** Undefined for an unknown name. */
  find(name: string): { readonly available: boolean; readonly hint?: string } | undefined;
  available(): readonly string[];
}

/** Which function an operation is about, after the URN was parsed and authorised. */
export interface FunctionName {
  readonly projectId: string;
  readonly package: string;
  readonly name: string;
}

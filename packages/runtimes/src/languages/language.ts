import type { VersionQuestion } from '../programs/interpreter-file.ts';
import type { PortableProgram } from '../programs/portable-program.ts';

export type LanguageId =
  | 'nodejs'
  | 'python'
  | 'java'
  | 'go'
  | 'php'
  | 'dotnet'
  | 'cangjie'
  | 'custom'
  | 'http'
  | 'image';

/** A kind of function code: its names in the API, its rules for handlers and code, and how it is run. */
export interface Language {
  readonly id: LanguageId;
  /** Versions that are listed even where none is installed; one empty version for a language without versions. */
  readonly versions: readonly string[];
  /** The names of all versions, listed or not; group 1 is the version. */
  readonly names: RegExp;
  nameOf(version: string): string;
  readonly handlers: {
    /** For a message: `[file].[function], such as index.handler`. */
    readonly form: string;
    readonly pattern: RegExp;
    /** Used when a request names none; undefined where a handler is required. */
    readonly usual: string | undefined;
  };
  /** Code as one file of text; undefined where code is always an archive. */
  readonly inline: InlineCode | undefined;
  /** The runtime to install where the machine has none that a template fits. */
  readonly suggested: string;
  /** Whether requests may wait in an instance that runs one at a time (Lanes in PROTOCOL.md); `version` is the interpreter's. */
  lanes(version: string): boolean;
  /** What instances see below `/home/snuser/runtime`: folders, and single files as `folder/…/file`. */
  readonly shims: readonly string[];
  /** Port of 127.0.0.1 on which its shim opens a debugger; undefined for a language without one. */
  readonly debuggerPort?: number;
  readonly run: Interpreted | OwnProgram | NotYet;
}

export interface InlineCode {
  fileName(handler: string): string;
  /** The code of a function that was created without any: it answers with its event, in the form of a gateway. */
  readonly example: ((handler: string) => string) | undefined;
}

/** Code that an interpreter of the machine runs. */
export interface Interpreted {
  readonly kind: 'interpreter';
  /** Absolute path of the program inside an instance, defined by the public contract. */
  pathOf(version: string): string;
  readonly question: VersionQuestion;
  /** The version under which an interpreter is offered that fits no listed one; undefined for an unusable version. */
  unlistedVersion(actual: string): string | undefined;
  /** Whether an interpreter also runs the code of all versions before it. */
  readonly runsOlder: boolean;
  /** Name of the npm package with the interpreter for this machine; undefined where there is none. */
  npmPackage?(platform: string, arch: string): string | undefined;
  /** The interpreters of this machine, best first. Leaves out those that do not run. */
  findOnHost(places: HostPlaces, known: KnownVersion): Promise<readonly HostInterpreter[]>;
  /** The command that builds a missing shim of the language; undefined when the shim is built. */
  missing?(shims: string): Promise<string | undefined>;
  plan(served: ServedRuntime, parts: PlanParts): Promise<LaunchPlan>;
}

/** Code that brings its own program; the platform's Node.js supervises it. */
export interface OwnProgram {
  readonly kind: 'program';
  plan(parts: PlanParts): Promise<LaunchPlan>;
}

/** The name is known, but this platform cannot run it yet. */
export interface NotYet {
  readonly kind: 'later';
  pathOf(version: string): string | undefined;
}

/** One `runtime` identifier of the API. */
export interface Runtime {
  /** As in the API: `Node.js14.18`. */
  readonly name: string;
  readonly language: Language;
  /** The beginning of the versions of interpreters that may serve it; empty when there is no interpreter. */
  readonly version: string;
  /** Folder name in the registry; safe as a path component. */
  readonly id: string;
  /** Absolute path of the interpreter inside an instance, where the language has one. */
  readonly interpreter: string | undefined;
}

/** An interpreter on the host: a whole tree, or (for those of the system, whose libraries are visible anyway) one file. */
export interface PlacedInterpreter {
  readonly runtime: Runtime;
  readonly kind: 'tree' | 'file';
  readonly source: string;
}

/** A runtime with the interpreter that serves it. */
export interface ServedRuntime {
  /** Stands at the path of the runtime. */
  readonly placed: PlacedInterpreter;
  /** Host path of the program. */
  readonly program: string;
  /** As the interpreter reports it. */
  readonly version: string;
}

export interface HostPlaces {
  /** Folders in which Node.js is looked for. */
  readonly searchPath: readonly string[];
  /** The Node.js that runs the platform; functions get it when no other is found. */
  readonly platformNode: string;
}

/** The version of a program or tree found earlier, which saves a start of it. */
export type KnownVersion = (path: string, stamp: string) => string | undefined;

export interface HostInterpreter {
  readonly version: string;
  /** The program, or the folder of its tree. */
  readonly path: string;
  readonly kind: 'tree' | 'file';
  readonly stamp: string;
}

/** What plans are made of. Paths are those of the host, and every user can read them. */
export interface PlanParts {
  readonly shims: string;
  platformNode(): Promise<string>;
  /** The platform's Node.js with all libraries it needs. */
  portableNode(): Promise<PortableProgram>;
  /** One for each runtime that the machine can serve. */
  interpreters(): Promise<readonly PlacedInterpreter[]>;
}

/** A host folder or file that is shown read-only inside the instance. */
export interface LaunchBind {
  readonly source: string;
  readonly target: string;
}

/** How to start the runtime of a function, as data. All paths of `command` are inside the instance. */
export interface LaunchPlan {
  readonly command: readonly string[];
  /** Arguments of `command` that an instance with at most this memory starts faster without. */
  readonly forMemory?: { readonly above: number; readonly arguments: readonly string[] };
  readonly binds: readonly LaunchBind[];
  readonly workingDir: string;
  /** What does not depend on the function; the server adds the rest with the `init` frame. */
  readonly env: Readonly<Record<string, string>>;
}

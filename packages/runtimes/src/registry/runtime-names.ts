/** Every `runtime` identifier of the API, and its interpreter inside an instance. */

export type RuntimeLanguage =
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

export interface RuntimeName {
  /** As in the API: `Node.js14.18`. */
  readonly name: string;
  readonly language: RuntimeLanguage;
  /** What an interpreter's own version must begin with; empty when there is no interpreter. */
  readonly version: string;
  /** Folder name in the registry; safe as a path component. */
  readonly id: string;
  /** Absolute path of the interpreter inside an instance, where the language has one. */
  readonly interpreter?: string;
  readonly defaultHandler: string;
  /** `later`: the name is known but this platform cannot run it yet. */
  readonly support: 'now' | 'later';
}

const ROOT = '/opt/function/runtime';

function nodejs(version: string): RuntimeName {
  return {
    name: `Node.js${version}`,
    language: 'nodejs',
    version,
    id: `nodejs${version}`,
    interpreter: `${ROOT}/nodejs${version}/rtsp/nodejs/bin/node`,
    defaultHandler: 'index.handler',
    support: 'now',
  };
}

function python(version: string): RuntimeName {
  const program = version.startsWith('2.') ? 'python' : 'python3';
  return {
    name: `Python${version}`,
    language: 'python',
    version,
    id: `python${version}`,
    interpreter: `${ROOT}/python${version}/rtsp/python/bin/${program}`,
    defaultHandler: 'index.handler',
    support: 'now',
  };
}

function java(version: string): RuntimeName {
  return {
    name: `Java${version}`,
    language: 'java',
    version,
    id: `java${version}`,
    interpreter: `${ROOT}/java${version}/rtsp/jre/bin/java`,
    defaultHandler: '',
    support: 'now',
  };
}

function php(version: string): RuntimeName {
  return {
    name: `PHP${version}`,
    language: 'php',
    version,
    id: `php${version}`,
    interpreter: `${ROOT}/php${version}/rtsp/php/bin/php`,
    defaultHandler: 'index.handler',
    support: 'later',
  };
}

function dotnet(version: string): RuntimeName {
  return {
    name: `C#(.NET Core ${version})`,
    language: 'dotnet',
    version,
    id: `dotnet${version}`,
    interpreter: `${ROOT}/dotnet${version}/rtsp/dotnet/dotnet`,
    defaultHandler: '',
    support: 'later',
  };
}

/** In the order in which people are shown them. */
export const RUNTIME_NAMES: readonly RuntimeName[] = [
  ...['6.10', '8.10', '10.16', '12.13', '14.18', '16.17', '18.15', '20.15', '22', '24'].map(nodejs),
  ...['2.7', '3.6', '3.9', '3.10', '3.12', '3.13'].map(python),
  ...['8', '11', '17', '21'].map(java),
  { name: 'Go1.x', language: 'go', version: '', id: 'go1.x', defaultHandler: 'handler', support: 'now' },
  { name: 'Custom', language: 'custom', version: '', id: 'custom', defaultHandler: 'bootstrap', support: 'now' },
  { name: 'http', language: 'http', version: '', id: 'http', defaultHandler: 'bootstrap', support: 'now' },
  { name: 'Custom Image', language: 'image', version: '', id: 'image', defaultHandler: '-', support: 'now' },
  ...['7.3', '8.3'].map(php),
  ...['2.1', '3.1', '6.0'].map(dotnet),
  { name: 'Cangjie1.0', language: 'cangjie', version: '1.0', id: 'cangjie1.0', defaultHandler: '', support: 'later' },
];

const byName: ReadonlyMap<string, RuntimeName> = new Map(RUNTIME_NAMES.map((entry) => [entry.name, entry]));

/**
 * The entry of `name`. Besides the table, `Node.js<major>.<minor>`, `Python<major>.<minor>` and `Java<major>` of any
 * version are names, so that an interpreter can be offered under its actual version; `undefined` for anything else.
 */
export function findRuntimeName(name: string): RuntimeName | undefined {
  const listed = byName.get(name);
  if (listed !== undefined) return listed;
  const node = /^Node\.js(\d{1,2}\.\d{1,2})$/.exec(name)?.[1];
  if (node !== undefined) return nodejs(node);
  const py = /^Python([23]\.\d{1,2})$/.exec(name)?.[1];
  if (py !== undefined) return python(py);
  const jvm = /^Java([1-9]\d?)$/.exec(name)?.[1];
  return jvm === undefined ? undefined : java(jvm);
}

/** Whether an interpreter that reports `actual` may serve `runtime`: `14.18` fits `14.18.3`, `22` fits `22.4.1`. */
export function versionFits(runtime: RuntimeName, actual: string): boolean {
  return runtime.version !== '' && (actual === runtime.version || actual.startsWith(`${runtime.version}.`));
}

/**
 * The name under which an interpreter is offered: a listed name if its version matches, otherwise a name made of its
 * major and minor version. Node.js 20.20 therefore never serves `Node.js20.15`, but 22.4 serves `Node.js22`.
 */
export function nameForVersion(language: 'nodejs' | 'python' | 'java', actual: string): RuntimeName | undefined {
  if (language === 'java') return findRuntimeName(`Java${/^\d+/.exec(actual)?.[0]}`);
  const listed = RUNTIME_NAMES.find((entry) => entry.language === language && versionFits(entry, actual));
  if (listed !== undefined) return listed;
  const minor = /^\d{1,2}\.\d{1,2}/.exec(actual)?.[0];
  return minor === undefined ? undefined : findRuntimeName(`${language === 'nodejs' ? 'Node.js' : 'Python'}${minor}`);
}

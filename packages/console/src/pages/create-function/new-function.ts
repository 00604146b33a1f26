import type { RouteBody, RouteResponse, Routes } from '@funcgraph/api';
import { type SameCall, sameCall } from '../../parts/same-call.ts';
import { shellWord } from '../../parts/shell-word.ts';

export type Template = RouteResponse<Routes['showFunctionTemplate']>;

export interface CodeFile {
  readonly name: string;
  readonly base64: string;
}

/** The fields of the page. */
export interface FunctionDraft {
  readonly name: string;
  readonly runtime: string;
  /** Only of runtimes whose code is always uploaded. */
  readonly handler?: string | undefined;
  readonly agency?: string | undefined;
  /** Empty when one agency serves both. */
  readonly runAgency?: string | undefined;
  readonly enterpriseProject?: string | undefined;
}

/** Where the code of a new function comes from. */
export type CodeSource =
  | { readonly kind: 'start'; readonly template: Template }
  | { readonly kind: 'template'; readonly template: Template }
  /** The server's own lines, for versions older than all templates. */
  | { readonly kind: 'sample' }
  | { readonly kind: 'upload'; readonly file: CodeFile | undefined }
  | { readonly kind: 'image'; readonly image: ImageDraft };

/** A container image, and what is used instead of its own values. */
export interface ImageDraft {
  readonly image: string;
  readonly command?: string | undefined;
  readonly args?: string | undefined;
  readonly workingDir?: string | undefined;
  readonly uid?: string | undefined;
  readonly gid?: string | undefined;
}

/** Characters. */
const MOST_OF_A_LINE = 8_000;
const DEFAULT_PROJECT = '0';
const SAMPLE_HANDLER = 'index.handler';
/** Images have none, but the API requires one. */
const IMAGE_HANDLER = '-';

const isJar = ({ name }: CodeFile) => name.toLowerCase().endsWith('.jar');

const variablesOf = ({ user_data }: Template) =>
  Object.entries(JSON.parse(user_data || '{}') as Record<string, string>);

/** Variables that a template leaves to its user. */
export const unsetVariables = (template: Template): string[] =>
  variablesOf(template).flatMap(([name, value]) => (value === '' ? [name] : []));

function settingsOf(template: Template) {
  const { timeout, memory_size, is_return_stream } = template;
  const variables = variablesOf(template).filter(([, value]) => value !== '');
  return {
    timeout,
    memory_size,
    ...(is_return_stream ? { is_return_stream } : {}),
    ...(variables.length === 0 ? {} : { user_data: JSON.stringify(Object.fromEntries(variables)) }),
  };
}

/** Empty fields leave what the image says. */
function imageSettings({ image, command, args, workingDir, uid, gid }: ImageDraft) {
  const given = Object.entries({ command, args, working_dir: workingDir, uid, gid }).filter(([, value]) => value);
  return { image, ...(Object.fromEntries(given) as Record<string, string>) };
}

function imageFlags({ image, command, args, workingDir, uid, gid }: ImageDraft): string[] {
  const given = {
    image: image || 'IMAGE',
    'image-command': command,
    'image-args': args,
    'working-dir': workingDir,
    uid,
    gid,
  };
  return Object.entries(given).flatMap(([flag, value]) => (value ? [`--${flag}`, value] : []));
}

function codeOf(source: CodeSource, handler: string | undefined) {
  switch (source.kind) {
    case 'sample':
      return { handler: SAMPLE_HANDLER };
    case 'upload':
      return {
        handler: handler ?? '',
        code_type: source.file && isJar(source.file) ? 'jar' : 'zip',
        code_filename: source.file?.name ?? '',
        func_code: { file: source.file?.base64 ?? '' },
      };
    case 'image':
      return {
        handler: IMAGE_HANDLER,
        code_type: 'Custom-Image-Swr',
        custom_image: { enabled: true, ...imageSettings(source.image) },
      };
    default: {
      const { template } = source;
      return {
        handler: template.handler,
        code_type: template.code_type,
        func_code: { file: template.code },
        ...(source.kind === 'template' ? settingsOf(template) : {}),
      };
    }
  }
}

export function creationBody(draft: FunctionDraft, source: CodeSource): RouteBody<Routes['createFunction']> {
  const { name, runtime, handler, agency, runAgency, enterpriseProject } = draft;
  return {
    func_name: name,
    runtime,
    timeout: 3,
    memory_size: 128,
    ...codeOf(source, handler),
    ...(agency ? { xrole: agency } : {}),
    ...(runAgency ? { app_xrole: runAgency } : {}),
    ...(enterpriseProject ? { enterprise_project_id: enterpriseProject } : {}),
  };
}

/** The request of the page; code that is longer than a line of a shell may be stays out. */
export function creationCall(draft: FunctionDraft, source: CodeSource): SameCall | undefined {
  const body = creationBody(draft, source);
  return JSON.stringify(body).length > MOST_OF_A_LINE ? undefined : sameCall('createFunction', { body });
}

/** Command lines that do what the page does. */
export function creationCommands(draft: FunctionDraft, source: CodeSource): string[] {
  const name = draft.name || 'NAME';
  const fgs = (...words: string[]) => ['fgs', 'functions', ...words].map(shellWord).join(' ');
  const { agency, runAgency, enterpriseProject = DEFAULT_PROJECT } = draft;
  const common = [
    ...(agency ? ['--agency', agency] : []),
    ...(runAgency ? ['--run-agency', runAgency] : []),
    ...(enterpriseProject === DEFAULT_PROJECT ? [] : ['--enterprise-project', enterpriseProject]),
  ];
  const made = (handler: string) => ['--runtime', draft.runtime, '--handler', handler];
  if (source.kind === 'sample') {
    const file = draft.runtime.startsWith('Python') ? 'index.py' : 'index.js';
    return [fgs('create', name, ...made(SAMPLE_HANDLER), '--code-file', file, ...common)];
  }
  if (source.kind === 'upload') {
    const { file } = source;
    const flag = file && isJar(file) ? '--jar' : '--zip';
    return [fgs('create', name, ...made(draft.handler || 'HANDLER'), flag, file?.name ?? 'code.zip', ...common)];
  }
  if (source.kind === 'image')
    return [fgs('create', name, ...made(IMAGE_HANDLER), ...imageFlags(source.image), ...common)];
  const { template } = source;
  const { build } = template;
  const folder = build ? [`${name}/${build.folder}`, '--name', name] : [name];
  const settings = source.kind === 'template' ? settingFlags(template) : [];
  return [
    fgs('init', name, '--template', template.id),
    ...(build ? [`(cd ${shellWord(name)} && ${build.command})`] : []),
    fgs('deploy', ...folder, ...made(template.handler), ...settings, ...common),
  ];
}

function settingFlags(template: Template): string[] {
  const { timeout, memory_size, is_return_stream } = template;
  return [
    ...['--timeout', String(timeout), '--memory', String(memory_size)],
    ...(is_return_stream ? ['--return-stream', 'on'] : []),
    ...variablesOf(template).flatMap(([name, value]) => (value === '' ? [] : ['--env', `${name}=${value}`])),
  ];
}

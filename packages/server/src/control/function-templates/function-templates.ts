import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { bundleZip } from '../../artifacts/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Runtimes } from '../functions/types.ts';
import { chooseRuntime, fitsRuntime } from './choose-runtime.ts';
import type { FunctionTemplate, TemplateCode, TemplateFacts, TemplateFile } from './types.ts';

const FACTS = 'template.json';

/** Every template of a folder of templates, by name. */
async function readTemplates(folder: string): Promise<FunctionTemplate[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map((id) => readTemplate(join(folder, id), id)));
}

async function readTemplate(folder: string, id: string): Promise<FunctionTemplate> {
  const facts = JSON.parse(await readFile(join(folder, FACTS), 'utf8')) as TemplateFacts;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(paths.map((path) => readTemplateFile(folder, path)));
  const requested = files.filter(({ path }) => path !== FACTS && !isBuilt(path, facts));
  return { ...facts, id, files: requested.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

async function readTemplateFile(folder: string, path: string): Promise<TemplateFile> {
  const executable = ((await stat(path)).mode & 0o100) !== 0;
  return { path: relative(folder, path).split(sep).join('/'), bytes: await readFile(path), executable };
}

/** A user may have built the template in its own folder. */
function isBuilt(path: string, { build }: TemplateFacts): boolean {
  return build !== undefined && path.startsWith(`${build.folder}/`);
}

const FOLDER = fileURLToPath(new URL('../../../templates/functions', import.meta.url));
const README = 'README.md';

/** Filters of a list; undefined does not filter. */
export interface TemplateFilter {
  readonly runtime: string | undefined;
  readonly scene: string | undefined;
  readonly service: string | undefined;
}

/** Templates for functions. They come with the server and never change while it runs. */
export class FunctionTemplates {
  readonly #runtimes: Runtimes;
  #all: Promise<readonly FunctionTemplate[]> | undefined;

  constructor(runtimes: Runtimes) {
    this.#runtimes = runtimes;
  }

  /** By name. */
  async list({ runtime, scene, service }: TemplateFilter): Promise<FunctionTemplate[]> {
    const all = await this.#read();
    return all.filter(
      (each) =>
        (runtime === undefined || fitsRuntime(each, runtime)) &&
        (scene === undefined || each.scene === scene) &&
        (service === undefined || each.service.toLowerCase() === service.toLowerCase()),
    );
  }

  /** Throws `function_template_not_found`. */
  async find(id: string): Promise<FunctionTemplate> {
    const all = await this.#read();
    const found = all.find((each) => each.id === id);
    if (found !== undefined) return found;
    throw new PlatformError('function_template_not_found', `there is no template ${JSON.stringify(id.slice(0, 80))}`, {
      hint: `There are: ${all.map((each) => each.id).join(', ')}.`,
    });
  }

  /** The runtime for a function that is made from it here. */
  runtimeOf(template: FunctionTemplate): string {
    return chooseRuntime(template, this.#runtimes.available());
  }

  /** One file of a script language is deployed as it is, everything else as an archive. */
  codeType(template: FunctionTemplate): TemplateCode['codeType'] {
    const isText = template.language === 'nodejs' || template.language === 'python';
    return isText && codeFiles(template).length === 1 ? 'inline' : 'zip';
  }

  /** Without the README. */
  async code(template: FunctionTemplate): Promise<TemplateCode> {
    const parts = codeFiles(template);
    const [only] = parts;
    if (only !== undefined && this.codeType(template) === 'inline') return { codeType: 'inline', bytes: only.bytes };
    const { stream } = bundleZip(parts.map(({ path, bytes, executable }) => ({ name: path, bytes, executable })));
    return { codeType: 'zip', bytes: await buffer(stream) };
  }

  #read(): Promise<readonly FunctionTemplate[]> {
    this.#all ??= readTemplates(FOLDER);
    return this.#all;
  }
}

function codeFiles({ files }: FunctionTemplate): readonly TemplateFile[] {
  return files.filter(({ path }) => path !== README);
}

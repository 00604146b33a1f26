import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionTemplates } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ApplicationTemplate } from './types.ts';

const FOLDER = fileURLToPath(new URL('../../../templates/applications', import.meta.url));

/** Templates for applications. They come with the server and never change while it runs. */
export class ApplicationTemplates {
  readonly #functions: FunctionTemplates;
  #all: Promise<readonly ApplicationTemplate[]> | undefined;

  constructor(functions: FunctionTemplates) {
    this.#functions = functions;
  }

  /** By name; undefined does not filter. A runtime selects templates with a function for it. */
  async list(filter: {
    readonly runtime: string | undefined;
    readonly category: string | undefined;
  }): Promise<ApplicationTemplate[]> {
    const all = await this.#read();
    const { runtime, category } = filter;
    const fitting = await this.#functions.list({ runtime, scene: undefined, service: undefined });
    const usable = new Set(fitting.map(({ id }) => id));
    return all.filter(
      (each) =>
        (category === undefined || each.category === category) &&
        (runtime === undefined || each.functions.some(({ template }) => usable.has(template))),
    );
  }

  /** Throws `function_template_not_found`. */
  async find(id: string): Promise<ApplicationTemplate> {
    const all = await this.#read();
    const found = all.find((each) => each.id === id);
    if (found !== undefined) return found;
    throw new PlatformError(
      'function_template_not_found',
      `there is no application template ${JSON.stringify(id.slice(0, 80))}`,
      { hint: `There are: ${all.map((each) => each.id).join(', ')}.` },
    );
  }

  /** That of the first function. */
  async runtimeOf({ functions }: ApplicationTemplate): Promise<string> {
    const [first] = functions;
    return first === undefined ? '' : this.#functions.runtimeOf(await this.#functions.find(first.template));
  }

  #read(): Promise<readonly ApplicationTemplate[]> {
    this.#all ??= readAll();
    return this.#all;
  }
}

async function readAll(): Promise<ApplicationTemplate[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => ({
      ...(JSON.parse(await readFile(join(FOLDER, name), 'utf8')) as Omit<ApplicationTemplate, 'id'>),
      id: name.slice(0, -'.json'.length),
    })),
  );
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FlowDefinition, readDefinition } from '@funcgraph/flow';
import { parse } from 'yaml';
import { PlatformError } from '../../lib/platform-error.ts';

const FOLDER = fileURLToPath(new URL('../../../templates/flows', import.meta.url));
/** What the flows call; templates share them. */
const FUNCTIONS = fileURLToPath(new URL('../../../templates/flow-functions', import.meta.url));

interface BothLanguages {
  readonly zh: string;
  readonly en: string;
}

/** The contents of a template's `template.json`. */
interface FlowTemplateFacts {
  readonly title: BothLanguages;
  readonly description: BothLanguages;
  /** Names of the functions that it calls, in Node.js. */
  readonly functions: readonly string[];
  /** An input to try it with. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Of that input; absent where a run needs more than its input. */
  readonly output?: Readonly<Record<string, unknown>>;
}

export interface FlowTemplate extends FlowTemplateFacts {
  /** Name of its folder. */
  readonly id: string;
  readonly definition: FlowDefinition;
  readonly files: readonly { readonly path: string; readonly bytes: Buffer }[];
}

/** Templates for flows. They come with the server and never change while it runs. */
export class FlowTemplates {
  #all: Promise<readonly FlowTemplate[]> | undefined;

  /** By name. */
  list(): Promise<readonly FlowTemplate[]> {
    this.#all ??= readAll();
    return this.#all;
  }

  /** Throws `flow_template_not_found`. */
  async find(id: string): Promise<FlowTemplate> {
    const all = await this.list();
    const found = all.find((each) => each.id === id);
    if (found !== undefined) return found;
    throw new PlatformError('flow_template_not_found', `no template ${JSON.stringify(id.slice(0, 80))} for flows`, {
      hint: `Templates: ${all.map((each) => each.id).join(', ')}.`,
    });
  }
}

async function readAll(): Promise<FlowTemplate[]> {
  const names = (await readdir(FOLDER)).sort();
  return Promise.all(names.map(readTemplate));
}

async function readTemplate(id: string): Promise<FlowTemplate> {
  const folder = join(FOLDER, id);
  const facts = JSON.parse(await readFile(join(folder, 'template.json'), 'utf8')) as FlowTemplateFacts;
  const flow = await readFile(join(folder, 'flow.yaml'));
  const read = readDefinition(parse(flow.toString('utf8')));
  if (!read.ok) throw new Error(`the template ${id} is no flow: ${read.problems[0]?.text.en}`);
  const functions = facts.functions.map(async (name) => ({
    path: `functions/${name}/index.js`,
    bytes: await readFile(join(FUNCTIONS, name, 'index.js')),
  }));
  return {
    ...facts,
    id,
    definition: read.definition,
    files: [{ path: 'flow.yaml', bytes: flow }, ...(await Promise.all(functions))],
  };
}

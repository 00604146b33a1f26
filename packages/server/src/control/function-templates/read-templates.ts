import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { FunctionTemplate, TemplateFacts, TemplateFile } from './types.ts';

const FACTS = 'template.json';

/** Every template of a folder of templates, by name. */
export async function readTemplates(folder: string): Promise<FunctionTemplate[]> {
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

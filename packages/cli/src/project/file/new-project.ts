import { stringify } from 'yaml';

interface Template {
  readonly runtime: string;
  readonly handler: string;
  readonly timeout: number;
  readonly memory: number;
  readonly streams: boolean;
  /** Values that are empty are for the user to fill in. */
  readonly variables: Readonly<Record<string, string>>;
  readonly build: { readonly command: string; readonly folder: string } | undefined;
}

const HEAD = `# yaml-language-server: $schema=./funcgraph.schema.json
# Deploy it with: fgs deploy. What else it may have: docs/guides/projects.md
`;

/** The text of a project file with one function, whose code is in a folder of its name. */
export function newProject(project: string, name: string, template: Template): string {
  const { runtime, handler, timeout, memory, streams, variables, build } = template;
  const fn = {
    folder: build === undefined ? `./${name}` : `./${name}/${build.folder}`,
    ...(build === undefined ? {} : { build: `cd ${name} && ${build.command}` }),
    ...{ runtime, handler, memory, timeout },
    ...(streams ? { return_stream: true } : {}),
    ...(Object.keys(variables).length === 0 ? {} : { environment: variables }),
  };
  return `${HEAD}${stringify({ name: project, functions: { [name]: fn } })}`;
}

/** A name of a function or project from that of a folder. */
export function nameFrom(folder: string): string {
  const name = folder
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 40);
  return name.replace(/[-_]+$/, '') || 'project';
}

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

const headOf = (endpoint: string): string => `# yaml-language-server: $schema=${endpoint}/console/funcgraph.schema.json
# Deploy it with: fgs deploy. What else it may have: docs/guides/projects.md
`;

/** The text of a project file with one function, whose code is in a folder of its name. `endpoint` is that of the server. */
export function newProject(project: string, name: string, template: Template, endpoint: string): string {
  const { runtime, handler, timeout, memory, streams, variables, build } = template;
  const fn = {
    folder: build === undefined ? `./${name}` : `./${name}/${build.folder}`,
    ...(build === undefined ? {} : { build: `cd ${name} && ${build.command}` }),
    ...{ runtime, handler, memory, timeout },
    ...(streams ? { return_stream: true } : {}),
    ...(Object.keys(variables).length === 0 ? {} : { environment: variables }),
  };
  return projectText({ name: project, functions: { [name]: fn } }, endpoint);
}

/** A project file. Its first line names the schema, which editors get from the server. */
export function projectText(file: object, endpoint: string): string {
  return `${headOf(endpoint.replace(/\/+$/, ''))}${stringify(file)}`;
}

/** A name of a function or project from that of a folder. */
export function nameFrom(folder: string): string {
  const name = folder
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 40);
  return name.replace(/[-_]+$/, '') || 'project';
}

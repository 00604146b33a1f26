import { ProjectSchema } from '../packages/cli/src/project/file/schema.ts';

/** The schema of funcgraph.yaml for editors. */
export function projectSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'funcgraph.yaml',
    ...(JSON.parse(JSON.stringify(ProjectSchema)) as object),
  };
}

import type { Noun } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { APPLICATION, APPLICATION_IN_DETAIL, functionsText, nextPage } from './application.ts';
import { create } from './create.ts';

interface Param {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly default: string;
  readonly secret?: boolean;
}

const paramsOf = (template: { readonly params: string }) => JSON.parse(template.params) as readonly Param[];

function paramText({ name, description, required, default: usual, secret }: Param): string {
  const when = required ? 'required' : `default: ${usual === '' ? 'empty' : usual}`;
  return `${name}: ${description} (${when}${secret === true ? '; keep it in a --param-file' : ''})`;
}

export const applications: Noun = {
  name: 'applications',
  summary: 'Functions that are made together from a template, and deleted together',
  commands: [
    create,
    operation('applications list', 'listFunctionApplications', {
      summary: 'Applications of the project, newest first',
      fields: { marker: '0' },
      examples: ['fgs applications list', 'fgs applications list --output json'],
      rows: (page) =>
        page.applications.map((each) => ({ ...each, changed: new Date(each.last_modified_time).toISOString() })),
      next: nextPage,
      columns: { name: 'APPLICATION', status: 'STATUS', changed: 'LAST CHANGE', description: 'DESCRIPTION', id: 'ID' },
      none: 'no applications; make one with: fgs applications create',
    }),
    operation('applications show', 'showFunctionApp', {
      summary: 'An application and its existing functions',
      args: [APPLICATION],
      examples: ['fgs applications show shop', 'fgs applications show shop --output json'],
      data: (detail, { application: { id } }) => ({
        id,
        ...detail,
        functions: functionsText(detail),
        changed: new Date(detail.last_modified_time).toISOString(),
      }),
      hide: ['project_id', 'stack_id', 'stack_name', 'stack_resources', 'last_modified_time'],
    }),
    operation('applications delete', 'deleteFunctionApp', {
      args: [APPLICATION_IN_DETAIL],
      examples: ['fgs applications delete shop', 'fgs applications delete shop --yes'],
      confirm({ application: { detail } }) {
        const functions = functionsText(detail);
        return `application ${detail.name}, ${functions === '' ? 'which has no functions' : `with ${functions}`}`;
      },
      text(_, { application: { detail } }) {
        const functions = functionsText(detail);
        return `${detail.name}: deleted${functions === '' ? '' : `, with ${functions}`}`;
      },
      data: (_, { application: { id, detail } }) => ({ id, name: detail.name, outcome: 'deleted' }),
    }),
    operation('applications templates list', 'listAppTemplates', {
      flags: {
        runtime: ['RUNTIME', 'those with a function for this runtime only'],
        category: ['CATEGORY', 'those of this category only'],
      },
      examples: ['fgs applications templates list', 'fgs applications templates list --category web'],
      rows: ({ templates }) => templates,
      columns: { id: 'TEMPLATE', category: 'CATEGORY', runtime: 'RUNTIME', name: 'TITLE', description: 'DESCRIPTION' },
      none: 'no application templates',
    }),
    operation('applications templates show', 'showAppTemplate', {
      summary: 'The functions and parameters of an application template',
      args: [word('template', 'a name of applications templates list', 'id')],
      examples: ['fgs applications templates show webhook-inbox'],
      text: (shown, { template }) =>
        [
          `${template}: ${shown.description}`,
          `functions:  ${shown.resources.map(({ resource_name }) => resource_name).join(', ')}`,
          ...paramsOf(shown).map((param, index) => `${index === 0 ? '--param: ' : '         '}  ${paramText(param)}`),
          `afterwards: ${shown.template_guide}`,
        ].join('\n'),
      data: (shown, { template }) => ({ id: template, ...shown, params: paramsOf(shown) }),
    }),
  ],
};

import { type Handlers, languageOf } from '../../ingress/index.ts';
import type { FlowTemplate, FlowTemplates } from './flow-templates.ts';

type Ids = 'listWorkflowTemplates' | 'showWorkflowTemplate';

export function flowTemplateHandlers(templates: FlowTemplates): Handlers<Ids> {
  return {
    async listWorkflowTemplates({ headers }) {
      const language = languageOf(headers);
      return { templates: (await templates.list()).map((each) => summaryOf(each, language)) };
    },

    async showWorkflowTemplate({ headers, params }) {
      const found = await templates.find(params.template_id);
      return {
        ...summaryOf(found, languageOf(headers)),
        graph: { ...found.definition },
        files: found.files.map(({ path, bytes }) => ({
          path,
          content: bytes.toString('base64'),
          executable: false,
        })),
      };
    },
  };
}

function summaryOf({ id, title, description, functions, input, output }: FlowTemplate, language: 'zh' | 'en') {
  return {
    id,
    title: title[language],
    description: description[language],
    titles: title,
    descriptions: description,
    functions: [...functions],
    input: { ...input },
    ...(output === undefined ? {} : { output: { ...output } }),
  };
}

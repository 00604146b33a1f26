import { Type } from 'typebox';
import { TemplateFiles } from './function-template.ts';

const BothLanguages = Type.Object({ zh: Type.String(), en: Type.String() });
const Anything = Type.Record(Type.String(), Type.Unknown());

const Summary = {
  id: Type.String(),
  title: Type.String({ description: 'In the language of X-Language: zh-cn, else English.' }),
  description: Type.String({ description: 'In the language of X-Language.' }),
  titles: BothLanguages,
  descriptions: BothLanguages,
  functions: Type.Array(Type.String(), { description: 'Names of the Node.js functions that it calls.' }),
  input: Anything,
  output: Type.Optional(Anything),
};

export const FlowTemplateList = Type.Object({ templates: Type.Array(Type.Object(Summary)) });

export const FlowTemplate = Type.Object({
  ...Summary,
  graph: Type.Record(Type.String(), Type.Unknown(), {
    description: 'The flow, with names of functions, as createWorkflow takes it.',
  }),
  ...TemplateFiles.properties,
});

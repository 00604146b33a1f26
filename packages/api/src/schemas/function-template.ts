import { Type } from 'typebox';

const BothLanguages = Type.Object({ zh: Type.String(), en: Type.String() });

export const FunctionTemplate = Type.Object({
  id: Type.String(),
  type: Type.Integer(),
  title: Type.String({ description: 'In the language of X-Language: zh-cn, else English.' }),
  template_name: Type.String(),
  description: Type.String({ description: 'In the language of X-Language.' }),
  runtime: Type.String({ description: 'The requested one, else the newest suitable one of this machine.' }),
  handler: Type.String(),
  code_type: Type.String({ description: 'inline or zip.' }),
  code: Type.String({ description: 'The code in Base64, for func_code.file. Empty in lists.' }),
  timeout: Type.Integer(),
  memory_size: Type.Integer(),
  trigger_metadata_list: Type.Array(
    Type.Object({
      trigger_name: Type.String(),
      trigger_type: Type.String(),
      event_type: Type.String(),
      event_data: Type.String(),
    }),
  ),
  temp_detail: Type.Object({
    input: Type.String({ description: 'An event to try it with, as JSON text.' }),
    output: Type.String(),
    warning: Type.String(),
  }),
  user_data: Type.String(),
  encrypted_user_data: Type.String(),
  dependencies: Type.Array(Type.String()),
  scene: Type.String({ description: 'basic, web, data, event or automation.' }),
  service: Type.String(),
  /** Ours. */
  titles: BothLanguages,
  descriptions: BothLanguages,
  is_return_stream: Type.Boolean(),
  needs_agency: Type.Boolean({ description: 'Its code uses the temporary keys of an agency.' }),
  build: Type.Optional(
    Type.Object({
      command: Type.String({
        description: 'Command to run in the folder first: the code of the template is source code.',
      }),
      folder: Type.String({ description: 'The folder to deploy then.' }),
    }),
  ),
});

export const FunctionTemplateList = Type.Object({
  func_templates: Type.Array(FunctionTemplate),
  next_marker: Type.Integer(),
  count: Type.Integer(),
});

export const TemplateFiles = Type.Object({
  files: Type.Array(
    Type.Object({
      path: Type.String({ description: 'Relative, with forward slashes.' }),
      content: Type.String({ description: 'Base64.' }),
      executable: Type.Boolean(),
    }),
  ),
});

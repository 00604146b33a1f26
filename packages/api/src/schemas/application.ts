import { Type } from 'typebox';
import { WireLongText as LongText, Nullable, WireText as Text } from './common.ts';

export const CreateApplicationBody = Type.Object({
  name: Type.String({ description: 'At most 40 letters, digits, - and _; functions are called <name>-<part>.' }),
  template_id: Type.String(),
  description: LongText('At most 512 characters.'),
  enterprise_project_id: Text('Of the functions.'),
  agency_name: Text('Agency of the functions.'),
  params: Nullable(Type.Record(Type.String(), Type.Unknown()), {
    description: 'Parameters of the template, see showAppTemplate.',
  }),
});

export const ApplicationId = Type.Object({ application_id: Type.String() });

const Status = Type.String({ description: 'creating, success or failed.' });

export const ApplicationList = Type.Object({
  applications: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      status: Status,
      last_modified_time: Type.Integer({ description: 'Ms since the epoch.' }),
      description: Type.String(),
    }),
  ),
  next_marker: Type.Integer(),
  count: Type.Integer(),
});

export const ApplicationDetail = Type.Object({
  name: Type.String(),
  description: Type.String(),
  status: Status,
  status_message: Type.String({ description: 'Ours: why it failed.' }),
  project_id: Type.String(),
  last_modified_time: Type.Integer(),
  stack_id: Type.String({ description: 'The id of the application.' }),
  stack_name: Type.String(),
  template_id: Type.String({ description: 'Ours.' }),
  stack_resources: Type.Array(
    Type.Object({
      physical_resource_id: Type.String({ description: 'URN of a function.' }),
      physical_resource_name: Type.String(),
      logical_resource_name: Type.String({ description: 'Its name in the template.' }),
      logical_resource_type: Type.String(),
      resource_status: Type.String(),
      status_message: Type.String(),
      href: Type.String(),
      display_name: Type.String(),
    }),
    { description: 'Its existing functions. A list, as clients of the service take it.' },
  ),
});

const Shown = {
  name: Type.String({ description: 'In the language of X-Language: zh-cn, else English.' }),
  runtime: Type.String({ description: 'Of its first function.' }),
  category: Type.String(),
  description: Type.String(),
  image: Type.String(),
};

export const AppTemplateList = Type.Object({
  templates: Type.Array(Type.Object({ id: Type.String(), ...Shown })),
  next_marker: Type.Integer(),
  count: Type.Integer(),
});

export const AppTemplateDetail = Type.Object({
  ...Shown,
  params: Type.String({ description: 'A JSON list of name, description, required and default.' }),
  deploy_count: Type.Integer({ description: 'Existing applications of the project that were made from it.' }),
  version: Type.Integer(),
  template_guide: Type.String(),
  create_time: Type.Integer(),
  update_time: Type.Integer(),
  resources: Type.Array(Type.Object({ resource_name: Type.String(), icon: Type.String(), href: Type.String() })),
});

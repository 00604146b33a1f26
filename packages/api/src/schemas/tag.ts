import { Type } from 'typebox';
import { Nullable, WireFlag, WireInt, WireText } from './common.ts';

const Text = WireText();

const WrittenTag = Type.Object({ key: Text, value: Text });
const WrittenTags = Nullable(Type.Array(WrittenTag));

const TagFilters = (description: string) =>
  Nullable(Type.Array(Type.Object({ key: Text, values: Nullable(Type.Array(Type.String())) })), { description });

export const TagsBody = Type.Object({
  action: Text,
  tags: WrittenTags,
  sys_tags: Nullable(Type.Array(WrittenTag), { description: 'Refused: the platform sets them.' }),
});

export const FindByTagsBody = Type.Object({
  without_any_tag: WireFlag('Only functions without tags; tags are not looked at then.'),
  limit: WireInt('At most 1000; 1000 when absent.'),
  offset: WireInt('How many to leave out.'),
  action: Text,
  matches: Nullable(Type.Array(WrittenTag), {
    description: 'resource_name: a part of the name, in any case of letters; resource_id: the URN.',
  }),
  tags: TagFilters('Every key with one of its values; no values match any. In the service, not in its SDK.'),
  sys_tags: TagFilters('The same for the tags that the platform sets: _sys_enterprise_project_id.'),
});

const Tag = Type.Object({ key: Type.String(), value: Type.String() });
const TagValues = Type.Object({ key: Type.String(), values: Type.Array(Type.String()) });

export const FunctionTags = Type.Object({ tags: Type.Array(Tag), sys_tags: Type.Array(Tag) });

export const TaggedFlows = Type.Object({
  workflows: Type.Array(
    Type.Object({ id: Type.String(), name: Type.String(), workflow_urn: Type.String(), tags: Type.Array(Tag) }),
  ),
});

export const ProjectTags = Type.Object({ tags: Type.Array(TagValues), sys_tags: Type.Array(TagValues) });

export const TaggedFunctions = Type.Object({
  resources: Type.Optional(
    Type.Array(
      Type.Object({
        resource_id: Type.String({ description: 'The URN, with :latest.' }),
        resource_name: Type.String(),
        resource_detail: Type.Object({ detailId: Type.String({ description: 'Id of the function.' }) }),
        tags: Type.Array(Tag),
        sys_tags: Type.Array(Tag),
      }),
    ),
  ),
  total_count: Type.Integer(),
});

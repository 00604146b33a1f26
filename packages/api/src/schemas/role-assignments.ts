import { Type } from 'typebox';

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Identified = Type.Object({ id: Type.String() });

/** Names with a dot, as clients of IAM send them. */
export const RoleAssignmentQuery = Type.Object({
  domain_id: Type.Optional(Type.String()),
  role_id: Type.Optional(Type.String()),
  subject: Type.Optional(Type.Union([Type.Literal('user'), Type.Literal('group'), Type.Literal('agency')])),
  'subject.user_id': Type.Optional(Type.String()),
  'subject.group_id': Type.Optional(Type.String()),
  'subject.agency_id': Type.Optional(Type.String()),
  scope: Type.Optional(
    Type.Union([Type.Literal('project'), Type.Literal('domain'), Type.Literal('enterprise_project')]),
  ),
  'scope.project_id': Type.Optional(Type.String()),
  'scope.domain_id': Type.Optional(Type.String()),
  'scope.enterprise_projects_id': Type.Optional(Type.String()),
  /** Grants in the account count in all its projects: `true` shows them as inherited. */
  is_inherited: Type.Optional(Type.String()),
  /** With users as subject, also grants of their groups, unless `false`. */
  include_group: Type.Optional(Type.String()),
  page: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
  per_page: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$' })),
});

export const RoleAssignment = Type.Object({
  user: Type.Optional(Identified),
  group: Type.Optional(Identified),
  agency: Type.Optional(Identified),
  role: Identified,
  scope: Type.Object({
    project: Type.Optional(Identified),
    domain: Type.Optional(Identified),
    enterprise_project: Type.Optional(Identified),
  }),
  is_inherited: Type.Boolean(),
});

export const AgencyAssignmentsBody = Type.Object({
  role_assignments: Type.Array(Type.Object({ agency_id: Id, enterprise_project_id: Id, role_id: Id }), {
    minItems: 1,
    maxItems: 20,
  }),
});

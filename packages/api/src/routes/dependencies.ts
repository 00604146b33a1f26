import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { ProjectParams } from '../schemas/common.ts';
import {
  CreateDependencyBody,
  DependencyDetail,
  DependencyList,
  DependencyVersionList,
  PublicPackage,
} from '../schemas/dependency.ts';

const DEPENDENCIES = '/v2/{project_id}/fgs/dependencies';
const DEPENDENCY = `${DEPENDENCIES}/{depend_id}` as const;

/** A 50 MB archive in Base64 with some room for the rest. */
const ARCHIVE_BODY_BYTES = 70 * 1024 * 1024;

const DependencyParams = Type.Object({ project_id: Type.String(), depend_id: Type.String() });
const VersionParams = Type.Object({ project_id: Type.String(), depend_id: Type.String(), version: Type.String() });

/** Negative numbers pass the schema so that the refusal names the field. */
const Offset = Type.Optional(Type.String({ pattern: '^-?[0-9]{1,10}$' }));

export const dependencyRoutes = {
  createDependencyVersion: route({
    method: 'POST',
    path: `${DEPENDENCIES}/version`,
    action: 'functiongraph:dependency:create',
    resource: namedIn('body', 'name'),
    group: 'dependency',
    summary: 'Store a library package, or another version of one of this name and runtime',
    params: ProjectParams,
    body: CreateDependencyBody,
    bodyLimit: ARCHIVE_BODY_BYTES,
    response: DependencyDetail,
  }),
  listDependencies: route({
    method: 'GET',
    path: DEPENDENCIES,
    action: 'functiongraph:dependency:list',
    group: 'dependency',
    summary: 'Library packages of the project and public ones, each with its newest version',
    params: ProjectParams,
    query: Type.Object({
      marker: Offset,
      maxitems: Offset,
      limit: Offset,
      ispublic: Type.Optional(Type.String()),
      dependency_type: Type.Optional(Type.String()),
      runtime: Type.Optional(Type.String()),
      name: Type.Optional(Type.String()),
    }),
    response: DependencyList,
  }),
  listDependencyVersion: route({
    method: 'GET',
    path: `${DEPENDENCY}/version`,
    action: 'functiongraph:dependency:listVersion',
    group: 'dependency',
    summary: 'Versions of a package, newest first',
    params: DependencyParams,
    query: Type.Object({ marker: Offset, maxitems: Offset }),
    response: DependencyVersionList,
  }),
  showDependencyVersion: route({
    method: 'GET',
    path: `${DEPENDENCY}/version/{version}`,
    action: 'functiongraph:dependency:get',
    group: 'dependency',
    summary: 'One version of a package, with a link to its archive',
    params: VersionParams,
    response: DependencyDetail,
  }),
  deleteDependencyVersion: route({
    method: 'DELETE',
    path: `${DEPENDENCY}/version/{version}`,
    action: 'functiongraph:dependency:delete',
    group: 'dependency',
    summary: 'Delete a version that no function uses; the package is deleted with its last one',
    params: VersionParams,
    status: 204,
  }),
  createDependency: route({
    method: 'POST',
    path: DEPENDENCIES,
    action: 'functiongraph:dependency:create',
    resource: namedIn('body', 'name'),
    group: 'dependency',
    summary: 'Store a new library package; refused when there is one of this name and runtime',
    params: ProjectParams,
    body: CreateDependencyBody,
    bodyLimit: ARCHIVE_BODY_BYTES,
    response: DependencyDetail,
  }),
  showDependency: route({
    method: 'GET',
    path: DEPENDENCY,
    action: 'functiongraph:dependency:get',
    group: 'dependency',
    summary: 'The newest version of a package',
    params: DependencyParams,
    response: DependencyDetail,
  }),
  updateDependency: route({
    method: 'PUT',
    path: DEPENDENCY,
    action: 'functiongraph:dependency:update',
    group: 'dependency',
    summary: 'Add a version to a package',
    params: DependencyParams,
    body: CreateDependencyBody,
    bodyLimit: ARCHIVE_BODY_BYTES,
    response: DependencyDetail,
  }),
  deleteDependency: route({
    method: 'DELETE',
    path: DEPENDENCY,
    action: 'functiongraph:dependency:delete',
    group: 'dependency',
    summary: 'Delete a package with all its versions',
    params: DependencyParams,
    status: 204,
  }),
  listPublicPackages: route({
    method: 'GET',
    path: '/v1/public-dependencies',
    access: 'caller',
    group: 'dependency',
    summary: 'Public packages that the guide promises, and which of them this server has',
    response: Type.Object({ packages: Type.Array(PublicPackage) }),
  }),
  installPublicPackage: route({
    method: 'POST',
    path: '/v1/public-dependencies/{name}/install',
    action: 'platform:dependency:create',
    group: 'dependency',
    summary: 'Fetch a public package and register it; one JSON object of progress a line',
    params: Type.Object({ name: Type.String() }),
    body: Type.Object({
      version: Type.Optional(
        Type.String({
          pattern: '^[0-9]+\\.[0-9]+(\\.[0-9]+)?$',
          description: 'Another version than that of the guide.',
        }),
      ),
      runtimes: Type.Optional(
        Type.Array(Type.String(), { maxItems: 20, description: 'All of its language on this machine when absent.' }),
      ),
    }),
    response: Type.Object({
      step: Type.String(),
      done: Type.Optional(Type.Boolean()),
      error: Type.Optional(Type.String()),
      hint: Type.Optional(Type.String()),
    }),
    responseEncoding: 'events',
  }),
} as const;

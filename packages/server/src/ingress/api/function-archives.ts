import type { Catalog, FunctionExports, FunctionImports, Functions, Kept } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type Handlers, Reply } from '../http/handler.ts';
import { configReply } from './functions-reply.ts';
import { readTarget } from './functions-target.ts';
import { authorizeNamed, type NamingDeps } from './named-resources.ts';

type Ids = 'exportFunction' | 'importFunction';

export interface FunctionArchiveDeps extends NamingDeps {
  readonly functions: Functions;
  readonly exports: FunctionExports;
  readonly imports: FunctionImports;
  readonly catalog: Catalog;
  readonly region: string;
}

interface ExportQuery {
  readonly config?: string;
  readonly code?: string;
  readonly type?: string;
}

/** Export and import of functions as archives. */
export function functionArchiveHandlers(deps: FunctionArchiveDeps): Handlers<Ids> {
  const { iam, functions, exports, imports, catalog, region } = deps;
  return {
    async exportFunction(request) {
      const parts = readParts(request.query);
      const { name, version } = readTarget(request.params, catalog);
      const state = await functions.show(name, version);
      const { fileName, sizeBytes, stream } = await exports.open(state, parts, request.caller.principal.id);
      return new Reply(stream, {
        headers: {
          'content-type': 'application/zip',
          'content-length': String(sizeBytes),
          'content-disposition': `attachment; filename="${fileName}"`,
        },
      });
    },

    async importFunction(request) {
      const { caller, peer, params } = request;
      const projectId = params.project_id;
      const body = await imports.read(projectId, request.body as Kept);
      // the archive, not the request, names the enterprise project of the function
      const fn = { package: String(body.package), name: String(body.func_name) };
      const enterpriseProjectId = typeof body.enterprise_project_id === 'string' ? body.enterprise_project_id : '';
      iam.authorize(caller, { action: 'functiongraph:function:import', projectId, fn, enterpriseProjectId, peer });
      authorizeNamed(deps, body, { caller, peer, projectId });
      const state = await functions.create(projectId, body);
      return { ...configReply(state, { region, domainId: caller.domainId }), version_description: '' };
    },
  };
}

/** Reads which parts to export, in either of two forms. Throws `invalid_request`. */
function readParts({ config, code, type }: ExportQuery): { config: boolean; code: boolean } {
  const given = type ?? '';
  const parts = { config: flag('config', config), code: flag('code', code) };
  if (given === '') {
    if (!parts.config && !parts.code) {
      throw new PlatformError('invalid_request', 'config or code must be true', {
        hint: 'Add ?config=true&code=true for both.',
      });
    }
    return parts;
  }
  if (parts.config || parts.code) throw new PlatformError('invalid_request', 'type does not go with config or code');
  if (given !== 'config' && given !== 'code') {
    throw new PlatformError('invalid_request', 'type must be one of config, code');
  }
  return { config: given === 'config', code: given === 'code' };
}

function flag(name: string, text: string | undefined): boolean {
  const value = text?.toLowerCase() ?? '';
  if (!['', 'true', 'false'].includes(value)) {
    throw new PlatformError('invalid_request', `${name} must be true or false`);
  }
  return value === 'true';
}

import type { Catalog, FunctionExports, FunctionImports, Functions } from '../../../control/index.ts';
import { DEFAULT_PACKAGE } from '../../../domain/names.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { type Handlers, Reply } from '../../http/handler.ts';
import { configReply } from '../functions-reply.ts';
import { readTarget } from '../functions-target.ts';
import { authorizeNamed, type NamingDeps } from '../named-resources.ts';
import { describeExport } from './export-document.ts';
import { writeExportYaml } from './export-yaml.ts';
import { archiveOf, readExport } from './read-archive.ts';

type Ids = 'exportFunction' | 'importFunction';

export interface FunctionArchiveDeps extends NamingDeps {
  readonly functions: Functions;
  readonly functionExports: FunctionExports;
  readonly functionImports: FunctionImports;
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
  const { iam, functions, functionExports: exports, functionImports: imports, catalog, region } = deps;
  return {
    async exportFunction(request) {
      const requested = readParts(request.query);
      const { name, version } = readTarget(request.params, catalog);
      const state = await functions.show(name, version);
      const yaml = (codeFile: string | undefined): string => writeExportYaml(describeExport(state, codeFile));
      const parts = { config: requested.config ? yaml : undefined, code: requested.code };
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
      const added = await imports.read(projectId, archiveOf(request.body), (yaml) => readExport(yaml, request.body));
      // the archive, not the request, names the enterprise project of the function
      const fn = { package: added.package || DEFAULT_PACKAGE, name: added.name };
      const { enterpriseProjectId = '' } = added;
      iam.authorize(caller, { action: 'functiongraph:function:import', projectId, fn, enterpriseProjectId, peer });
      authorizeNamed(deps, added, { caller, peer, projectId });
      const state = await functions.create(projectId, added);
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

import { REFUSED, type RefusedOperation } from '@funcgraph/api';
import type { Catalog, FunctionState, Functions } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Handlers } from '../http/handler.ts';
import { readTarget } from './functions-target.ts';

/** The refusal of a FunctionGraph operation that this server does not have. */
function notHere(operation: RefusedOperation): PlatformError {
  return new PlatformError('not_supported_here', `${operation} is not supported here`, { hint: REFUSED[operation] });
}

type Ids =
  | 'enableLtsLogs'
  | 'showLtsLogDetails'
  | 'showTracing'
  | 'updateTracing'
  | 'showFuncSnapshotState'
  | 'updateFuncSnapshot'
  | 'listBridgeFunctions'
  | 'listBridgeVersions'
  | 'createVpcEndpoint'
  | 'deleteVpcEndpoint';

const NO_KEYS = { tracing_ak: '', tracing_sk: '' };

export interface CloudServiceDeps {
  readonly functions: Functions;
  readonly catalog: Catalog;
}

/** Parts that FunctionGraph leaves to LTS, APM and other services of its cloud. */
export function cloudServiceHandlers({ functions, catalog }: CloudServiceDeps): Handlers<Ids> {
  /** The function and version that a path names; throws `function_not_found` and the like. */
  const stateOf = (params: Parameters<typeof readTarget>[0]): Promise<FunctionState> => {
    const { name, version } = readTarget(params, catalog);
    return functions.show(name, version);
  };

  return {
    async enableLtsLogs() {
      throw new PlatformError('logs_enabled', 'LTS log has been enabled: logs of functions are always kept here', {
        hint: 'There is nothing to do. Logs are read with fgs functions logs.',
      });
    },

    async showLtsLogDetails({ params }) {
      const { fn, version } = await stateOf(params);
      const chosen = Object(version.config.kept.log_config) as Readonly<Record<string, unknown>>;
      const text = (name: string): string => (typeof chosen[name] === 'string' ? chosen[name] : '');
      if (text('group_id') !== '') {
        return {
          group_id: text('group_id'),
          group_name: text('group_name'),
          stream_id: text('stream_id'),
          stream_name: text('stream_name'),
        };
      }
      return {
        group_id: fn.projectId,
        group_name: `functiongraph.log.group.${fn.projectId}`,
        stream_id: fn.id,
        stream_name: `${fn.package}.${fn.name}`,
      };
    },

    async showTracing({ params }) {
      const { name, version } = readTarget(params, catalog);
      const tracing = await functions.tracing(name, version);
      if (tracing === 'unset') return { ...NO_KEYS, traced: true };
      if (tracing === 'off') return { ...NO_KEYS, traced: false };
      return { tracing_ak: tracing.accessKey, tracing_sk: tracing.secretKey, traced: true };
    },

    async updateTracing({ params, body }) {
      const { name, version } = readTarget(params, catalog);
      const { tracing_ak: accessKey = '', tracing_sk: secretKey = '' } = body;
      if ((accessKey === '') !== (secretKey === '')) {
        throw new PlatformError('invalid_request', 'tracing_ak and tracing_sk belong together', {
          hint: 'Both switch tracing on; none of them switches it off.',
        });
      }
      await functions.setTracing(name, version, accessKey === '' ? 'off' : { accessKey, secretKey });
      return {};
    },

    async showFuncSnapshotState({ params }) {
      if (params.action !== 'state' && params.action !== 'enableSnapshot') {
        throw new PlatformError('invalid_request', 'the action in the path must be state or enableSnapshot');
      }
      await stateOf(params);
      return { state: 'disable', code: '' };
    },

    async updateFuncSnapshot({ params }) {
      if (params.action !== 'enable' && params.action !== 'disable') {
        throw new PlatformError('invalid_request', 'the action in the path must be enable or disable');
      }
      await stateOf(params);
      if (params.action === 'disable') return {};
      throw new PlatformError('not_supported_here', 'snapshots of initialized functions are not supported here', {
        hint: 'Runtimes wait started; where the initializer takes long, reserve instances: fgs reserved set.',
      });
    },

    async listBridgeFunctions({ params }) {
      await stateOf(params);
      throw notHere('listBridgeFunctions');
    },

    async listBridgeVersions() {
      throw notHere('listBridgeVersions');
    },

    async createVpcEndpoint() {
      throw notHere('createVpcEndpoint');
    },

    async deleteVpcEndpoint() {
      throw notHere('deleteVpcEndpoint');
    },
  };
}

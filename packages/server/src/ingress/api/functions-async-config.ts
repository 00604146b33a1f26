import type { DecodedBody, FunctionUrn, RouteResponse, Routes, TopicUrn } from '@funcgraph/api';
import {
  type AsyncConfig,
  type AsyncConfigs,
  type AsyncStatusLogs,
  type Catalog,
  type Destination,
  type FunctionName,
  type Functions,
  functionUrn,
  type NewAsyncConfig,
} from '../../control/index.ts';
import type { Iam, Question } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ExternalS3, externalBucket } from '../../services/index.ts';
import type { Handlers } from '../http/handler.ts';
import { apiTime } from './functions-reply.ts';
import { qualifierText, readTarget } from './functions-target.ts';
import { markedPage } from './page.ts';
import { loopWarning } from './result-loops.ts';

const PUT = 'obs:object:PutObject';
const PUBLISH = 'smn:topic:publish';
const PUT_RECORDS = 'dis:stream:putRecords';
const INVOKE = 'functiongraph:function:invokeAsync';

type Ids =
  | 'showFunctionAsyncInvokeConfig'
  | 'updateFunctionAsyncInvokeConfig'
  | 'deleteFunctionAsyncInvokeConfig'
  | 'listFunctionAsyncInvokeConfig';

type Params = Parameters<typeof readTarget>[0];

/** Asynchronous settings of functions. */
export function functionAsyncConfigHandlers(deps: {
  readonly functions: Functions;
  readonly catalog: Catalog;
  readonly asyncConfigs: AsyncConfigs;
  readonly asyncStatusLogs: AsyncStatusLogs;
  readonly iam: Iam;
  readonly externalS3: Pick<ExternalS3, 'named'>;
  readonly region: string;
}): Handlers<Ids> {
  const { iam, externalS3, functions, catalog, asyncConfigs, asyncStatusLogs, region } = deps;

  async function locate(params: Params): Promise<{
    functionId: string;
    name: FunctionName;
    version: string;
    qualifier: string;
    urnOf: (v: string) => string;
  }> {
    const { name, version, qualifier } = readTarget(params, catalog);
    const { fn } = await functions.show(name, version);
    return {
      functionId: fn.id,
      name,
      version,
      qualifier: qualifierText(qualifier) ?? version,
      // the text of a qualifier is the same in a URN
      urnOf: (text) => functionUrn(fn, region, text),
    };
  }

  return {
    async showFunctionAsyncInvokeConfig(request) {
      const { functionId, qualifier, urnOf } = await locate(request.params);
      const config = asyncConfigs.find(functionId, qualifier);
      if (config === undefined) throw new PlatformError('not_found', 'the function has no asynchronous settings');
      return reply(config, urnOf);
    },

    async updateFunctionAsyncInvokeConfig(request) {
      const { urnOf, ...of } = await locate(request.params);
      const { caller, peer, params } = request;
      const { project_id: projectId } = params;
      const { kind, id } = caller.principal;
      const agency = catalog.resolve(projectId, of.name.package, of.name.name, of.version)?.platformAgency;
      // deliveries with these settings act as this caller, or as the agency of the function
      const mayInvoke = (destination: FunctionUrn): void => {
        const fn = { package: destination.package, name: destination.name };
        iam.authorize(caller, { action: INVOKE, projectId, fn, peer });
        if (agency !== undefined) checkAgency(iam, agency, { action: INVOKE, projectId, fn });
      };
      const mayPublish = ({ name: path }: TopicUrn): void => {
        iam.authorize(caller, { action: PUBLISH, projectId, path, peer });
        if (agency !== undefined) checkAgency(iam, agency, { action: PUBLISH, projectId, path });
      };
      const mayStore = ({ bucket, key }: { readonly bucket: string; readonly key: string }): void => {
        const path = `${bucket}/${key}`;
        const outside = externalBucket(bucket);
        if (outside !== undefined) checkGrant(externalS3, outside.service, projectId);
        iam.authorize(caller, { action: PUT, projectId, path, peer });
        if (agency !== undefined) checkAgency(iam, agency, { action: PUT, projectId, path });
      };
      const mayPut = (path: string): void => {
        iam.authorize(caller, { action: PUT_RECORDS, projectId, path, peer });
        if (agency !== undefined) checkAgency(iam, agency, { action: PUT_RECORDS, projectId, path });
      };
      const setBy = kind === 'nobody' ? undefined : { kind, id };
      const config = await asyncConfigs.set(of, newAsyncConfig(request.body), {
        setBy,
        mayInvoke,
        mayPublish,
        mayStore,
        mayPut,
      });
      if (config.settings.statusLog) await asyncStatusLogs.enable(params.project_id);
      const warning = loopWarning(
        asyncConfigs.resultPlaces(of.functionId, of.name, of.qualifier),
        catalog.triggers(of.functionId).filter(({ qualifier }) => qualifier === of.qualifier),
      );
      return { ...reply(config, urnOf), ...(warning === undefined ? {} : { warning }) };
    },

    async deleteFunctionAsyncInvokeConfig(request) {
      const { functionId, qualifier } = await locate(request.params);
      await asyncConfigs.remove(functionId, qualifier);
      return {};
    },

    async listFunctionAsyncInvokeConfig(request) {
      const { functionId, urnOf } = await locate(request.params);
      const all = asyncConfigs.list(functionId);
      const { items, page_info, count } = markedPage(all, request.query, { usual: 10, most: 100 });
      return { async_invoke_configs: items.map((config) => reply(config, urnOf)), count, page_info };
    },
  };
}

/** Throws `forbidden`, also for a service that does not exist. */
function checkGrant(externalS3: Pick<ExternalS3, 'named'>, service: string, projectId: string): void {
  try {
    externalS3.named(service, projectId);
  } catch (cause) {
    throw new PlatformError('forbidden', `The project may not store into @${service}.`, {
      hint: 'The operator registers S3 services, and the projects that may use them, in external_s3_file.',
      cause,
    });
  }
}

/** Results are delivered with the rights of the function's agency. Throws `unknown_agency`, `forbidden`. */
function checkAgency(iam: Iam, agency: string, question: Question): void {
  const caller = iam.agencyCaller(question.projectId ?? '', agency);
  if (caller === undefined) {
    throw new PlatformError('unknown_agency', `agency ${agency} of the function was deleted or has expired`);
  }
  if (iam.allows(caller, question)) return;
  const { action, fn, path } = question;
  throw new PlatformError('forbidden', `agency ${agency} of the function may not do ${action} on ${fn?.name ?? path}`, {
    hint: `Results are delivered with its rights: grant the agency ${action}, or give the function another one.`,
  });
}

/** The log of status of a whole project. */
export function asyncStatusLogHandlers({
  asyncStatusLogs: statusLogs,
}: {
  readonly asyncStatusLogs: AsyncStatusLogs;
}): Handlers<'enableAsyncStatusLog' | 'showProjectAsyncStatusLogInfo'> {
  return {
    async enableAsyncStatusLog({ params }) {
      await statusLogs.enable(params.project_id);
      return {};
    },

    async showProjectAsyncStatusLogInfo({ params }) {
      const log = await statusLogs.find(params.project_id);
      if (log === undefined) {
        throw new PlatformError('not_found', 'the project has no log of asynchronous status', {
          hint: 'Enable it with POST /v2/{project_id}/fgs/functions/enable-async-status-logs.',
        });
      }
      const { groupName, groupId, streamName, streamId } = log;
      return { group_name: groupName, group_id: groupId, stream_name: streamName, stream_id: streamId };
    },
  };
}

const LOG_NAMES = ['log_group_id', 'log_stream_id', 'log_group_name', 'log_stream_name'] as const;

type Body = DecodedBody<Routes['updateFunctionAsyncInvokeConfig']>;

function newAsyncConfig(body: Body): NewAsyncConfig {
  const { on_success, on_failure } = body.destination_config ?? {};
  const onSuccess = destinationOf(on_success);
  const onFailure = destinationOf(on_failure);
  return {
    maxAgeSeconds: body.max_async_event_age_in_seconds,
    maxRetries: body.max_async_retry_attempts,
    settings: {
      ...(onSuccess === undefined ? {} : { onSuccess }),
      ...(onFailure === undefined ? {} : { onFailure }),
      statusLog: body.enable_async_status_log ?? false,
      logNames: Object.fromEntries(
        LOG_NAMES.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name] ?? '']])),
      ),
    },
  };
}

function destinationOf({ destination, param = '' }: Given = {}): Destination | undefined {
  return destination ? { destination, param } : undefined;
}

type Given = NonNullable<NonNullable<Body['destination_config']>['on_success']>;
type Reply = RouteResponse<Routes['showFunctionAsyncInvokeConfig']>;

function reply(config: AsyncConfig, urnOf: (qualifier: string) => string): Reply {
  const { statusLog } = config.settings;
  return {
    func_urn: urnOf(config.qualifier),
    ...versionAsyncConfig(config),
    enable_async_status_log: statusLog,
  };
}

/** The fields of an answer beside the version or alias that the settings belong to. */
export function versionAsyncConfig(config: AsyncConfig): Omit<Reply, 'func_urn' | 'enable_async_status_log'> {
  const { onSuccess, onFailure } = config.settings;
  return {
    max_async_event_age_in_seconds: config.maxAgeSeconds,
    max_async_retry_attempts: config.maxRetries,
    destination_config: {
      ...(onSuccess === undefined ? {} : { on_success: reported(onSuccess) }),
      ...(onFailure === undefined ? {} : { on_failure: reported(onFailure) }),
    },
    created_time: apiTime(config.createdAt),
    last_modified: apiTime(config.modifiedAt),
  };
}

function reported({ destination, param }: Destination): { destination: string; param: string } {
  return { destination, param };
}

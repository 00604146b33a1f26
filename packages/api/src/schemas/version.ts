import { Type } from 'typebox';
import { WireLongText as LongText, WireText as Text } from './common.ts';
import { FunctionConfig, FunctionSummary } from './function.ts';
import { VersionAsyncConfig } from './function-async-config.ts';

export const PublishVersionBody = Type.Object({
  version: LongText('Name, at most 42 letters, digits, _ - and . ; vYYYYMMDD-HHMMSS (UTC) without one.'),
  description: LongText('At most 512 characters.'),
  digest: Text('MD5 or SHA-512 of the code that is meant; refused when latest has other code.'),
});

const VersionDescription = {
  version_description: Type.String({ description: 'The description given when it was published.' }),
};

export const PublishedVersion = Type.Object({ ...FunctionConfig.properties, ...VersionDescription });

export const VersionSummary = Type.Object({
  ...FunctionSummary.properties,
  ...VersionDescription,
  concurrency: Type.Integer({ description: 'As in strategy_config.' }),
  concurrent_num: Type.Integer({ description: 'As in strategy_config.' }),
  func_vpc_id: Type.String({ description: 'Empty when it is in no network.' }),
  enable_dynamic_memory: Type.Boolean(),
  enable_auth_in_header: Type.Boolean(),
  is_stateful_function: Type.Boolean(),
  reserved_instance_idle_mode: Type.Boolean(),
  custom_image: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** Undefined without settings for asynchronous invocations. */
  function_async_config: Type.Optional(VersionAsyncConfig),
});

export const VersionList = Type.Object({
  versions: Type.Array(VersionSummary),
  next_marker: Type.Integer({ description: 'Offset of the next page; the present total on the last one.' }),
  count: Type.Integer(),
});

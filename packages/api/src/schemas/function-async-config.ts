import { Type } from 'typebox';
import { Nullable, WireFlag, WireInt, WireText } from './common.ts';

const Destination = Type.Object({
  destination: WireText(),
  param: WireText(),
});

export const Destinations = Type.Object({
  on_success: Nullable(Destination),
  on_failure: Nullable(Destination),
});

const Text = WireText();

export const UpdateAsyncConfigBody = Type.Object({
  max_async_event_age_in_seconds: WireInt('Seconds, 1 to 86400.'),
  max_async_retry_attempts: WireInt('0 to 3.'),
  destination_config: Nullable(Destinations),
  enable_async_status_log: WireFlag('Stored.'),
  log_group_id: Text,
  log_stream_id: Text,
  log_group_name: Text,
  log_stream_name: Text,
});

export const VersionAsyncConfig = Type.Object({
  max_async_event_age_in_seconds: Type.Integer(),
  max_async_retry_attempts: Type.Integer(),
  destination_config: Destinations,
  created_time: Type.String(),
  last_modified: Type.String(),
});

export const AsyncConfig = Type.Object({
  func_urn: Type.String(),
  ...VersionAsyncConfig.properties,
  enable_async_status_log: Type.Boolean(),
  warning: Type.Optional(
    Type.String({ description: 'Of changed settings: what about them is probably a mistake, such as a loop.' }),
  ),
});

export const AsyncConfigList = Type.Object({
  async_invoke_configs: Type.Array(AsyncConfig),
  count: Type.Integer(),
  page_info: Type.Object({
    next_marker: Type.Integer(),
    previous_marker: Type.Integer(),
    current_count: Type.Integer(),
  }),
});

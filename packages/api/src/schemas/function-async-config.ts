import { Type } from 'typebox';

const Destination = Type.Object({
  destination: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  param: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

export const Destinations = Type.Object({
  on_success: Type.Optional(Type.Union([Destination, Type.Null()])),
  on_failure: Type.Optional(Type.Union([Destination, Type.Null()])),
});

const Int = Type.Optional(Type.Union([Type.Integer(), Type.String({ pattern: '^(-?[0-9]{1,10})?$' }), Type.Null()]));
const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]));

export const UpdateAsyncConfigBody = Type.Object({
  max_async_event_age_in_seconds: Int,
  max_async_retry_attempts: Int,
  destination_config: Type.Optional(Type.Union([Destinations, Type.Null()])),
  enable_async_status_log: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  log_group_id: Text,
  log_stream_id: Text,
  log_group_name: Text,
  log_stream_name: Text,
});

export const AsyncConfig = Type.Object({
  func_urn: Type.String(),
  max_async_event_age_in_seconds: Type.Integer(),
  max_async_retry_attempts: Type.Integer(),
  destination_config: Destinations,
  created_time: Type.String(),
  last_modified: Type.String(),
  enable_async_status_log: Type.Boolean(),
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

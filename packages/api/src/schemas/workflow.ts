import { Type } from 'typebox';
import { WireFlag as Flag, Nullable, NumberText, WireText as Text, UnreachableServers } from './common.ts';
import { TriggerConnection } from './trigger.ts';

const Anything = Type.Record(Type.String(), Type.Unknown());
const Things = (description: string) => Nullable(Type.Array(Anything), { description });

/** A flow by its states, or by our `graph`. Fields inside are checked together, and all that are wrong are reported. */
export const FlowBody = Type.Object({
  name: Text('1 to 64 letters, digits, Chinese characters and _ ( ) . -; cannot be changed later.'),
  description: Text('At most 512 characters.'),
  start: Text('Id of the first state.'),
  functions: Things('Functions that states name: name, operation (URN), metadata.'),
  states: Things('Steps; see the guide on flows.'),
  retries: Things('Retry policies that `on_errors` name.'),
  triggers: Things('At most 10.'),
  constants: Nullable(Anything, { description: 'Reachable as `$CONST`.' }),
  mode: Text('NORMAL (default) or EXPRESS.'),
  express_config: Nullable(Anything, { description: '`log_level`: ALL, ERROR or NONE.' }),
  enterprise_project_id: Text(),
  enable_stream_response: Flag(),
  graph: Nullable(Anything, {
    description: 'Ours, in place of all other fields: the flow as nodes and edges, see the guide on flows.',
  }),
});

const Saved = {
  id: Type.String(),
  workflow_urn: Type.String({ description: '`urn:fss:<region>:<project>:workflow:default:<name>:latest`.' }),
  name: Type.String(),
  description: Type.String(),
  created_time: Type.String({ description: '`yyyy-MM-ddTHH:mm:ssZ`, UTC; so are the other times.' }),
  updated_time: Type.String(),
  created_by: Type.String(),
  enable_stream_response: Type.Boolean(),
};

export const SavedFlow = Type.Object(Saved);

export const UpdatedFlow = Type.Object({
  ...Saved,
  unchanged: Type.Optional(Type.Literal(true, { description: 'Ours: the flow had this definition already.' })),
});

export const FlowList = Type.Object({
  total: Type.Integer(),
  size: Type.Integer({ description: 'Flows of this page.' }),
  workflows: Type.Array(Type.Object({ ...Saved, mode: Type.String() })),
});

const ShownTrigger = Type.Object({
  trigger_name: Type.String(),
  trigger_type: Type.String(),
  enabled: Type.Boolean(),
  event_data: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Of an enabled trigger: its settings, as those of a trigger of a function.',
    }),
  ),
  connection: Type.Optional(TriggerConnection),
  secret: Type.Optional(
    Type.String({ description: 'Of an enabled EVENT trigger, for those who may change the flow.' }),
  ),
});

export const RenewedSecret = Type.Object({ trigger_name: Type.String(), secret: Type.String() });

export const FlowDetail = Type.Object({
  id: Type.String(),
  workflow_urn: Type.String(),
  created_time: Type.String(),
  updated_time: Type.String(),
  created_by: Type.String(),
  definition: Type.Record(Type.String(), Type.Unknown(), { description: 'As the body that saves it.' }),
  graph: Type.Record(Type.String(), Type.Unknown(), { description: 'Ours: the same as nodes and edges.' }),
  triggers: Type.Array(ShownTrigger, { description: 'Ours: when and where the flow is started.' }),
});

export const DeletedFlows = Type.Object({
  success: Type.Array(Type.String(), { description: 'URNs.' }),
  fail: Type.Array(Type.Object({ workflow_urn: Type.String(), error_detail: Type.String() })),
});

export const DeleteFlowsBody = Type.Object({
  workflow_urns: Type.Array(Type.String({ maxLength: 512 }), { maxItems: 400 }),
});

/** One broken rule of a definition. */
export const FlowViolation = Type.Object({
  code: Type.String({ description: 'Of the rule: F, the guide; X, ours; S, the form of the document.' }),
  message: Type.String(),
  node: Type.Optional(Type.String()),
  edge: Type.Optional(Type.Object({ from: Type.String(), to: Type.String() })),
  field: Type.Optional(Type.String()),
});

export const FlowCheck = Type.Object({ violations: Type.Array(FlowViolation) });

export const StartFlowBody = Type.Object({
  input: Nullable(Anything, { description: 'At most 6 MB.' }),
  headers: Nullable(Type.Record(Type.String({ maxLength: 256 }), Type.Unknown(), { maxProperties: 100 }), {
    description: 'Stored with the run, at most 16 KB.',
  }),
});

export const StartedRun = Type.Object({ execution_id: Type.String() });

const Status = Type.String({
  description: 'success, fail, running, timeout or cancel; also scheduled and stopping.',
});

const RunError = Type.Object({ error_code: Type.String(), error_message: Type.String() });

export const SyncRun = Type.Object({
  execution_id: Type.String(),
  status: Status,
  output: Type.Optional(Type.Unknown()),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        node_id: Type.String(),
        error_message: Type.String(),
        begin_time: Type.String(),
        end_time: Type.String(),
      }),
    ),
  ),
  begin_time: Type.String(),
  end_time: Type.String(),
});

const Run = {
  workflow_id: Type.String(),
  workflow_urn: Type.String(),
  execution_id: Type.String(),
  status: Status,
  begin_time: Type.String(),
  end_time: Type.Optional(Type.String()),
  last_update_time: Type.String(),
  created_by: Type.String(),
};

export const FlowRunList = Type.Object({ executions: Type.Array(Type.Object(Run)) });

export const FlowRunPage = Type.Object({
  total: Type.Integer(),
  size: Type.Integer(),
  executions: Type.Array(Type.Object(Run)),
});

const NodeExecution = Type.Object({
  status: Status,
  input: Type.Optional(Type.Unknown()),
  output: Type.Optional(Type.Unknown()),
  begin_time: Type.Integer({ description: 'Milliseconds since 1970.' }),
  end_time: Type.Optional(Type.Integer()),
  error_message: Type.Optional(RunError),
  request_id: Type.Optional(Type.String()),
});

export const FlowRunDetail = Type.Object({
  ...Run,
  headers: Anything,
  input: Type.Unknown(),
  output: Type.Optional(Type.Unknown()),
  error: Type.Optional(RunError),
  node_execution_details: Type.Array(
    Type.Object({
      node_id: Type.String(),
      node_name: Type.String(),
      execution_id: Type.String(),
      executions: Type.Array(NodeExecution),
    }),
  ),
});

export const FlowRunGraph = Type.Object({ graph: Anything });

export const CallbackBody = Type.Object({
  result: Type.Union([Type.Literal('success'), Type.Literal('fail')]),
  error: Text('The reason, with `fail`.'),
  output: Nullable(Anything, { description: 'With `success`.' }),
});

export const ForkBody = Type.Object({
  node: Type.String({ maxLength: 256, description: 'The results of the nodes before it are kept.' }),
  input: Type.Optional(
    Type.Unknown({ description: 'Arrives at the node, in place of what arrived in the first run.' }),
  ),
  new_definition: Flag('Takes the present definition; by default that of the first run.'),
});

const Times = {
  begin_time: Type.String(),
  end_time: Type.Optional(Type.String()),
};

const FieldChange = Type.Object({
  field: Type.String(),
  first: Type.Optional(Type.Unknown({ description: 'Absent without a value, and above 1 KB.' })),
  second: Type.Optional(Type.Unknown()),
});

const Change = Type.Enum(['added', 'removed', 'changed'], { description: 'From the first run to the second.' });

const ComparedExecution = Type.Object({
  status: Status,
  duration_ms: Type.Optional(Type.Integer()),
  input_digest: Type.String({
    description: 'Equal for equal values; of a value over 16 KB for equal texts, where the order of fields counts.',
  }),
  output_digest: Type.Optional(Type.String()),
  error: Type.Optional(RunError),
  to: Type.Optional(Type.String({ description: 'The node that its edge led to.' })),
  function_urn: Type.Optional(Type.String({ description: 'With the version that was called.' })),
  request_id: Type.Optional(Type.String()),
});

export const RunComparisonQuery = Type.Object({
  with: Type.String({ minLength: 1, maxLength: 64, description: 'Id of the second run.' }),
  with_workflow: Type.Optional(
    Type.String({ maxLength: 64, description: 'Id of the flow of the second run; that of the first when absent.' }),
  ),
  all: Type.Optional(Type.Enum(['true', 'false'], { description: 'true also lists what is the same in both runs.' })),
});

export const FlowRunComparison = Type.Object({
  runs: Type.Array(
    Type.Object({
      workflow_id: Type.String(),
      workflow_urn: Type.String(),
      execution_id: Type.String(),
      status: Status,
      duration_ms: Type.Optional(Type.Integer()),
      ...Times,
    }),
    { description: 'The first and the second.' },
  ),
  differs: Type.Array(Type.Enum(['status', 'input', 'output', 'error', 'merge']), {
    description: 'What differs of the runs as a whole.',
  }),
  definition: Type.Object({
    settings: Type.Array(FieldChange),
    nodes: Type.Array(Type.Object({ node: Type.String(), change: Change, fields: Type.Array(FieldChange) })),
    edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), change: Change })),
  }),
  same: Type.Integer({ description: 'Attempts of nodes that are the same in both runs.' }),
  different: Type.Integer(),
  first_only: Type.Integer(),
  second_only: Type.Integer(),
  executions: Type.Array(
    Type.Object({
      node: Type.String(),
      node_name: Type.String(),
      inside: Type.Array(Type.Object({ node: Type.String(), index: Type.Optional(Type.Integer()) }), {
        description: 'Loops with the iteration, parallel nodes with the branch, from 0; the outermost first.',
      }),
      attempt: Type.Integer(),
      differs: Type.Array(Type.Enum(['status', 'input', 'output', 'error', 'to', 'target'])),
      first: Type.Optional(ComparedExecution),
      second: Type.Optional(ComparedExecution),
    }),
    { description: 'At most 1,000.' },
  ),
  left_out: Type.Integer({ description: 'Executions that the list has no room for.' }),
});

export const RunEvents = Type.Object({ seq: Type.Integer(), event: Anything });

export const RunPageQuery = Type.Object({
  offset: NumberText,
  limit: NumberText,
  start_time: Type.Optional(Type.String({ maxLength: 40 })),
  end_time: Type.Optional(Type.String({ maxLength: 40 })),
  status: Type.Optional(Type.String({ maxLength: 20 })),
});

const Time = (description: string) => Type.Optional(Type.String({ maxLength: 40, description }));

const LogFilter = {
  execution_id: Type.Optional(Type.String({ maxLength: 64, description: 'Only lines of this run.' })),
  level: Type.Optional(
    Type.String({ maxLength: 64, description: 'Of DEBUG, INFO, WARN, ERROR, with commas between.' }),
  ),
  keyword: Type.Optional(Type.String({ maxLength: 256, description: 'Only lines with this text, in any case.' })),
};

export const FollowFlowLogsQuery = Type.Object(LogFilter);

export const FlowLogQuery = Type.Object({
  ...LogFilter,
  from: Time('RFC 3339; one hour before `to` when absent.'),
  to: Time('RFC 3339, exclusive; now when absent.'),
  limit: Type.Optional(NumberText),
  cursor: Type.Optional(Type.String({ maxLength: 256, description: '`next_cursor` of a page of the same query.' })),
  order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
});

export const FlowLogLine = Type.Object({
  time: Type.String({ description: 'RFC 3339 with milliseconds, UTC.' }),
  level: Type.Enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
  execution_id: Type.String({ description: 'Empty in lines about missing lines.' }),
  message: Type.String(),
});

export const FlowLogPage = Type.Object({
  lines: Type.Array(FlowLogLine),
  next_cursor: Type.Optional(Type.String()),
  unreachable_servers: UnreachableServers,
});

import { type Static, type TSchema, Type } from 'typebox';
import { FLOW_LIMITS } from '../limits.ts';
import { ExpressionText, Id, JsonRecord, JsonValue, Text } from '../reading/fields.ts';

/** Other fields may stand beside these: they come back as they were. */
const Open = <P extends Record<string, TSchema>>(properties: P) => Type.Object(properties);

/** The vendor's clients send empty text for a transition that leads nowhere. */
const Transition = Type.Optional(Text({ minLength: 0 }));
const FilterValue = Type.Optional(JsonValue({ maxBytes: FLOW_LIMITS.templateBytes }));
const DataFilter = Type.Optional(Open({ input: FilterValue, output: FilterValue }));

const Action = Open({
  /** Ours: the function's node in a service. */
  id: Type.Optional(Id()),
  name: Type.Optional(Text({ minLength: 0 })),
  function_ref: Open({
    ref_name: Text(),
    arguments: JsonRecord({ maxBytes: FLOW_LIMITS.vendorBytes, default: {} }),
    /** Ours: parameters that arguments cannot express. */
    parameters: Type.Optional(Type.Array(JsonValue({ maxBytes: FLOW_LIMITS.vendorBytes }))),
  }),
  /** Ours. */
  action_data_filter: DataFilter,
  stream: Type.Optional(Type.Boolean()),
  metadata: Type.Optional(JsonRecord({ maxBytes: FLOW_LIMITS.templateBytes })),
});

const OnError = Open({
  error: Type.Optional(ExpressionText({ minLength: 0 })),
  transition: Transition,
  retry_ref: Type.Optional(Text({ minLength: 0 })),
});

/** `Operation`, `Sleep` and `End` are the vendor's; the others have the form of CNCF Serverless Workflow and are ours. */
const TYPES = ['Operation', 'Sleep', 'End', 'Callback', 'Switch', 'Parallel', 'Foreach', 'SubFlow'] as const;

const StateSchema = Open({
  id: Id(),
  name: Type.Optional(Text({ minLength: 0 })),
  type: Type.Enum([...TYPES]),
  end: Type.Optional(Type.Boolean()),
  transition: Transition,
  state_data_filter: DataFilter,
  action_mode: Type.Optional(Type.Enum(['sequential', 'parallel'])),
  actions: Type.Optional(Type.Array(Action, { maxItems: FLOW_LIMITS.functionNodes })),
  on_errors: Type.Optional(Type.Array(OnError, { maxItems: FLOW_LIMITS.retryRules + FLOW_LIMITS.errorSuccessors })),
  /** Ours: the node of the error handler. */
  error_handler: Type.Optional(Open({ id: Type.Optional(Id()), name: Type.Optional(Text({ minLength: 0 })) })),
  duration: Type.Optional(Type.Integer()),
  until: Type.Optional(ExpressionText()),
  timeout_seconds: Type.Optional(Type.Integer()),
  stream: Type.Optional(Type.Boolean()),
  data_conditions: Type.Optional(
    Type.Array(Open({ condition: ExpressionText(), transition: Text() }), { maxItems: FLOW_LIMITS.edges }),
  ),
  default_condition: Type.Optional(Open({ transition: Text() })),
  branches: Type.Optional(Type.Array(Open({ transition: Text() }), { maxItems: FLOW_LIMITS.edges })),
  completion_type: Type.Optional(Type.Enum(['all', 'one', 'count'])),
  num_completed: Type.Optional(Type.Integer()),
  result_path: Type.Optional(Text()),
  input_collection: Type.Optional(ExpressionText()),
  iteration_param: Type.Optional(Text()),
  output_collection: Type.Optional(ExpressionText()),
  batch_size: Type.Optional(Type.Integer()),
  interval_seconds: Type.Optional(Type.Integer()),
  /** Of a `Foreach`; read as states themselves. */
  states: Type.Optional(
    Type.Array(JsonValue({ maxBytes: FLOW_LIMITS.definitionBytes }), { maxItems: FLOW_LIMITS.nodes }),
  ),
  workflow_id: Type.Optional(Text()),
  wait_for_completion: Type.Optional(Type.Boolean()),
  /** Ours: where the editor draws the node. */
  metadata: Type.Optional(JsonRecord({ maxBytes: FLOW_LIMITS.templateBytes })),
});

const FunctionSchema = Open({ name: Text(), operation: Text() });

const RetrySchema = Open({
  name: Text(),
  delay: Type.Integer({ default: FLOW_LIMITS.retryIntervalSeconds.fallback }),
  max_attempts: Type.Integer({ default: FLOW_LIMITS.retries.fallback }),
});

const TriggerSchema = Open({
  trigger_name: Type.Optional(Text()),
  trigger_type: Text(),
  enabled: Type.Optional(Type.Boolean()),
  trigger_config: JsonRecord({ maxBytes: FLOW_LIMITS.templateBytes, default: {} }),
});

/** The body with which the vendor's API creates a workflow, and our fields beside its own. */
export const VendorBodySchema = Open({
  name: Text(),
  description: Type.Optional(Type.String({ maxLength: FLOW_LIMITS.descriptionChars })),
  start: Id(),
  triggers: Type.Array(TriggerSchema, { maxItems: FLOW_LIMITS.vendorTriggers, default: [] }),
  functions: Type.Array(FunctionSchema, { maxItems: FLOW_LIMITS.vendorFunctions, default: [] }),
  states: Type.Array(StateSchema, { maxItems: FLOW_LIMITS.nodes }),
  constants: JsonRecord({ maxBytes: FLOW_LIMITS.constantsBytes, default: {} }),
  retries: Type.Array(RetrySchema, { maxItems: FLOW_LIMITS.vendorRetries, default: [] }),
  mode: Type.Enum(['NORMAL', 'EXPRESS'], { default: 'NORMAL' }),
  express_config: Type.Optional(Open({ log_level: Type.Optional(Type.Enum(['ALL', 'ERROR', 'NONE'])) })),
  enterprise_project_id: Type.Optional(Text({ minLength: 0 })),
  enable_stream_response: Type.Optional(Type.Boolean()),
  merge_parameters: Type.Boolean({ default: false }),
  timeout_seconds: Type.Optional(Type.Integer()),
  agency: Type.Optional(Text()),
  /** Ours: the start node. */
  start_node: Type.Optional(Open({ id: Id(), name: Text({ minLength: 0 }) })),
});

/** The states inside a `Foreach`. */
export const StatesSchema = Type.Array(StateSchema, { maxItems: FLOW_LIMITS.nodes });

export type VendorBody = Static<typeof VendorBodySchema>;
export type VendorState = Static<typeof StateSchema>;
export type VendorAction = Static<typeof Action>;

/** Ids and names of nodes that the vendor's form has no place for, unless they are given. */
export const startNode = { id: 'start', name: 'Start' };
export const handlerId = (state: string): string => `${state}.error`;
export const HANDLER_NAME = 'Error handler';
export const actionId = (state: string, index: number): string => `${state}.${index}`;
/** The name of a retry that has none of its own. */
export const retryName = (handler: string, index: number): string => `~${handler}.${index}`;

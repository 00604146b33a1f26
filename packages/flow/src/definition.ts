import { type Static, Type } from 'typebox';
import { FLOW_LIMITS } from './limits.ts';
import type { ErrorSchema, RetryRuleSchema } from './nodes/error/schema.ts';
import type { FunctionSchema, ParameterSchema } from './nodes/function/schema.ts';
import { NODE_SCHEMAS } from './nodes/schemas.ts';
import { Closed, ExpressionText, Id, JsonRecord, Text } from './reading/fields.ts';

export type { Json, JsonObject } from './json/json.ts';

type NodeSchemas = typeof NODE_SCHEMAS;

const TriggerSchema = Closed({
  trigger_name: Type.Optional(Text()),
  trigger_type: Text(),
  enabled: Type.Optional(Type.Boolean()),
  trigger_config: JsonRecord({ maxBytes: FLOW_LIMITS.templateBytes, default: {} }),
});

const EdgeSchema = Closed({
  from: Id(),
  to: Id(),
  /** Only on edges out of condition and error nodes. */
  branch: Type.Optional(
    Type.Union([
      Closed({ kind: Type.Literal('default') }),
      Closed({ kind: Type.Literal('condition'), expression: ExpressionText({ code: 'F-33' }) }),
    ]),
  ),
});

/** The canonical form of a flow: a directed acyclic graph. Every other spelling is read into it and written from it. */
export const FlowDefinitionSchema = Closed({
  name: Type.String({ maxLength: FLOW_LIMITS.nameChars, pattern: '^[A-Za-z0-9_().\\u4e00-\\u9fff-]+$', code: 'F-100' }),
  description: Type.Optional(Type.String({ maxLength: FLOW_LIMITS.descriptionChars })),
  mode: Type.Enum(['NORMAL', 'EXPRESS'], { default: 'NORMAL' }),
  /** What an express run logs. */
  log_level: Type.Optional(Type.Enum(['ALL', 'ERROR', 'NONE'], { code: 'F-100' })),
  /** The output of the node before is merged into the input of the next one; the node's own input wins. */
  merge_parameters: Type.Boolean({ default: false }),
  /** Reachable in paths as `$CONST`. */
  constants: JsonRecord({ maxBytes: FLOW_LIMITS.constantsBytes, default: {} }),
  timeout_seconds: Type.Optional(
    Type.Integer({ minimum: FLOW_LIMITS.timeoutSeconds.min, maximum: FLOW_LIMITS.timeoutSeconds.max }),
  ),
  enterprise_project_id: Type.Optional(Text()),
  enable_stream_response: Type.Optional(Type.Boolean()),
  /** The agency whose rights the flow's calls have. */
  agency: Type.Optional(Text()),
  triggers: Type.Array(TriggerSchema, { maxItems: FLOW_LIMITS.vendorTriggers, default: [] }),
  nodes: Type.Array(Type.Unsafe<Static<NodeSchemas[keyof NodeSchemas]>>({ anyOf: Object.values(NODE_SCHEMAS) }), {
    maxItems: FLOW_LIMITS.nodes,
  }),
  edges: Type.Array(EdgeSchema, { maxItems: FLOW_LIMITS.edges }),
  /** Fields that only the vendor's form has, kept unchanged. */
  vendor: Type.Optional(JsonRecord({ maxBytes: FLOW_LIMITS.vendorBytes })),
});

export type FlowDefinition = Static<typeof FlowDefinitionSchema>;
export type FlowTrigger = Static<typeof TriggerSchema>;
export type FlowEdge = Static<typeof EdgeSchema>;
export type FlowNode = FlowDefinition['nodes'][number];
export type NodeKind = FlowNode['kind'];

/** A JSONPath, or a JSON template whose strings that begin with `$` are paths. */
export type Filter = NonNullable<ConditionNode['input_filter']>;
export type Filters = Pick<ConditionNode, 'input_filter' | 'output_filter'>;
export type FlowParameter = Static<typeof ParameterSchema>;
export type RetryRule = Static<typeof RetryRuleSchema>;

export type StartNode = Static<NodeSchemas['start']>;
export type EndNode = Static<NodeSchemas['end']>;
export type FunctionNode = Static<typeof FunctionSchema>;
export type SubflowNode = Static<NodeSchemas['subflow']>;
export type ParallelNode = Static<NodeSchemas['parallel']>;
export type ConditionNode = Static<NodeSchemas['condition']>;
export type ErrorNode = Static<typeof ErrorSchema>;
export type LoopNode = Static<NodeSchemas['loop']>;
export type WaitNode = Static<NodeSchemas['wait']>;
export type ServiceNode = Static<NodeSchemas['service']>;

import { ConditionSchema } from './condition/schema.ts';
import { EndSchema } from './end/schema.ts';
import { ErrorSchema } from './error/schema.ts';
import { FunctionSchema } from './function/schema.ts';
import { LoopSchema } from './loop/schema.ts';
import { ParallelSchema } from './parallel/schema.ts';
import { ServiceSchema } from './service/schema.ts';
import { StartSchema } from './start/schema.ts';
import { SubflowSchema } from './subflow/schema.ts';
import { WaitSchema } from './wait/schema.ts';

/** The settings of each node kind. */
export const NODE_SCHEMAS = {
  start: StartSchema,
  end: EndSchema,
  function: FunctionSchema,
  subflow: SubflowSchema,
  parallel: ParallelSchema,
  condition: ConditionSchema,
  error: ErrorSchema,
  loop: LoopSchema,
  wait: WaitSchema,
  service: ServiceSchema,
};

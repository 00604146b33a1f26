import type { FlowTrigger } from '../definition.ts';
import { isJsonObject, type Json } from '../json/json.ts';
import { type Problem, problem, rules } from '../problems/problem.ts';

const RULES = rules('triggers', {
  type: ['F-120', 'The trigger type is one of {types}, not {type}.', '触发器类型必须是 {types} 之一，不能是 {type}。'],
  cron: [
    'F-121',
    'The timer of a flow has the schedule type Cron and a schedule.',
    '函数流的定时触发器只支持 Cron，且必须填写表达式。',
  ],
  input: [
    'F-122',
    'The extra information of a timer is JSON with the field input.',
    '定时触发器的附加信息必须是包含 input 字段的 JSON。',
  ],
  auth: [
    'F-125',
    'An API of a flow authenticates with IAM, not {auth}.',
    '函数流的 API 只支持 IAM 认证，不能是 {auth}。',
  ],
  method: [
    'F-126',
    'The method is one of {methods}, not {method}.',
    '请求方法必须是 {methods} 之一，不能是 {method}。',
  ],
});

const METHODS = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'ANY'];

/** Settings of triggers of the types that exist. Whether a cron expression is valid or a bucket exists, only the caller knows. */
export function* checkTriggers(
  triggers: readonly FlowTrigger[],
  types: readonly string[] | undefined,
): Generator<Problem> {
  for (const [index, { trigger_type: type, trigger_config: config }] of triggers.entries()) {
    const at = (field: string) => ({ field: `triggers[${index}].${field}` });
    const setting = (key: string): Json | undefined => (Object.hasOwn(config, key) ? config[key] : undefined);
    if (types?.includes(type) === false)
      yield problem(RULES.type, at('trigger_type'), { types: types.join(', '), type });
    if (type === 'FLOWTIMER') {
      const [kind = 'Cron', schedule, event] = [setting('schedule_type'), setting('schedule'), setting('user_event')];
      if (kind !== 'Cron' || typeof schedule !== 'string' || schedule === '')
        yield problem(RULES.cron, at('trigger_config'));
      if (!holdsInput(event)) yield problem(RULES.input, at('trigger_config.user_event'));
    }
    if (type === 'APIG' || type === 'APIG_DE') {
      const [auth = 'IAM', method = 'ANY'] = [setting('auth'), setting('req_method')];
      if (auth !== 'IAM') yield problem(RULES.auth, at('trigger_config.auth'), { auth: String(auth) });
      if (typeof method !== 'string' || !METHODS.includes(method)) {
        yield problem(RULES.method, at('trigger_config.req_method'), {
          methods: METHODS.join(', '),
          method: String(method),
        });
      }
    }
  }
}

/** The text of a timer's event, or in files the event itself. */
function holdsInput(event: Json | undefined): boolean {
  if (typeof event !== 'string') return isJsonObject(event) && Object.hasOwn(event, 'input');
  try {
    const parsed: unknown = JSON.parse(event);
    return isJsonObject(parsed) && Object.hasOwn(parsed, 'input');
  } catch {
    return false;
  }
}

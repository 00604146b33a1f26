export type { Alarm } from './alarm.ts';
export { AlarmDialog } from './alarm-dialog.tsx';
export { type Metric, targetOf } from './rule.ts';
export { useRuleText } from './rule-text.ts';
export { STATES, type State } from './states.ts';

export { type Cron, CronError, type CronFieldName, lastAt, nextAt, parseCron } from './cron.ts';
export {
  lastTick,
  nextTick,
  parseCronSchedule,
  parseRate,
  type Schedule,
  ScheduleError,
  type ScheduleFault,
  tickText,
} from './schedule.ts';

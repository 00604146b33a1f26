export { TimerSource } from './timer/timer-source.ts';

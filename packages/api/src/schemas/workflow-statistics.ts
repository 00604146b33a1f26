import { Type } from 'typebox';
import { Points } from './statistics.ts';

/** Without gaps, oldest first. A series that `metric_type` leaves out is absent. */
export const FlowStatistics = Type.Object({
  /** All runs. */
  count: Type.Optional(Points),
  /** Average in ms. */
  duration: Type.Optional(Points),
  fail_count: Type.Optional(Points),
  running_count: Type.Optional(Points),
  /** Runs refused because of a limit. */
  reject_count: Type.Optional(Points),
});

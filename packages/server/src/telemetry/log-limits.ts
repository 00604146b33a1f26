import type { Day } from './day.ts';
import type { DayFiles } from './day-files.ts';
import type { LogLimits } from './thread-calls.ts';

/** An exceeded size is reduced to this share of its limit, so that the next line does not exceed it again. */
const TARGET = 0.9;

/**
 * Enforces the size limits of logs on disk: first for each project, by removing its oldest lines, then for the total,
 * by removing the oldest days; of `today` only lines. Returns the removed days.
 */
export function enforceLimits(files: DayFiles, { totalBytes, projectBytes }: LogLimits, today: Day): Day[] {
  limitProjects(files, projectBytes);
  return limitTotal(files, totalBytes, today);
}

function limitProjects(files: DayFiles, limit: number): void {
  const sums = new Map<string, number>();
  const days = files.days().map((day) => ({ day, projects: files.get(day).projectBytes() }));
  for (const { projects } of days) {
    for (const [project, bytes] of projects) sums.set(project, (sums.get(project) ?? 0) + bytes);
  }
  for (const [project, sum] of sums) {
    if (sum <= limit) continue;
    let excess = sum - limit * TARGET;
    for (const { day, projects } of days) {
      const held = projects.get(project) ?? 0;
      if (excess <= 0 || held === 0) continue;
      files.get(day).removeOldest(Math.min(excess, held), project);
      excess -= held;
    }
  }
}

function limitTotal(files: DayFiles, limit: number, today: Day): Day[] {
  const dropped: Day[] = [];
  let total = 0;
  for (const day of files.days()) total += files.bytesOf(day);
  if (total <= limit) return dropped;
  let excess = total - limit * TARGET;
  for (const day of files.days()) {
    if (excess <= 0) break;
    const bytes = files.bytesOf(day);
    if (day < today) {
      files.drop(day);
      dropped.push(day);
    } else files.get(day).removeOldest(excess);
    excess -= bytes;
  }
  return dropped;
}

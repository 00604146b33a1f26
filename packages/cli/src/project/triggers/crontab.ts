/** A line of a crontab has five fields too, but begins with the minute; undefined for other texts. */
export function crontabWarning(cron: string | undefined, instead: (text: string) => string): string | undefined {
  const fields = cron?.trim().split(/\s+/) ?? [];
  if (fields.length !== 5) return undefined;
  return `warning: five fields are "second minute hour day month". If this is a line of a crontab, which begins with the minute, ${instead(`0 ${fields.join(' ')}`)}`;
}

/** `340 ms`, `2.4 s`, `3 min 20 s`, `2 h 5 min`: the same in all languages. */
export function millisecondsText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long a run took by the whole seconds of the list; nothing while it runs. */
export function durationText({ begin_time, end_time }: { readonly begin_time: string; readonly end_time?: string }) {
  if (end_time === undefined) return '';
  const ms = Date.parse(end_time) - Date.parse(begin_time);
  return ms < 1000 ? '< 1 s' : millisecondsText(ms);
}

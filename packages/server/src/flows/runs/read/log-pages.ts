import type { RunStore } from '../store/run-store.ts';

type Page = Awaited<ReturnType<RunStore['events']>>;

/** Appends read at once: other work goes on between two pages. */
const LIMIT = { first: 32, most: 500 };
/** Of a page: an append may have a hundred bytes or some megabytes. */
const PAGE_BYTES = { few: 1024 * 1024, many: 4 * 1024 * 1024 };

/** The appends of a run that begin at `from` or later, by pages of bounded size. */
export async function* logPages(store: Pick<RunStore, 'events'>, run: string, from: number): AsyncGenerator<Page> {
  for (let [next, limit] = [from, LIMIT.first]; ; ) {
    const page = await store.events(run, next, limit);
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    next = last.seq + 1;
    const bytes = page.reduce((sum, { events }) => sum + events.length, 0);
    if (bytes > PAGE_BYTES.many) limit = Math.max(1, limit >> 1);
    else if (bytes < PAGE_BYTES.few) limit = Math.min(LIMIT.most, limit * 2);
  }
}

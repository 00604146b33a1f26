import { CliError } from '../framework/index.ts';

/** More than any list has. */
const MOST_PAGES = 10_000;

/**
 * The answers of a list in pages, one after another. `call` asks for a page; `next` names the one after an answer that
 * has been consumed, or is undefined after the last. Throws `CLI.PROTOCOL` when the server never ends the list.
 */
export async function* pagesOf<Page, Answer>(
  first: Page,
  call: (page: Page) => Promise<{ readonly data: Answer }>,
  next: (answer: Answer) => Page | undefined,
): AsyncGenerator<Answer> {
  let page: Page | undefined = first;
  for (let count = 0; page !== undefined; count += 1) {
    if (count === MOST_PAGES) throw new CliError('the server sent a list without an end', { code: 'CLI.PROTOCOL' });
    const { data } = await call(page);
    yield data;
    page = next(data);
  }
}

import type { Context } from '../../framework/index.ts';

/** Runs `work` and says on standard error that it is going on when it takes longer than a second. */
export async function withProgress<T>(text: string, context: Context, work: Promise<T>): Promise<T> {
  if (context.format === 'json') return work;
  const timer = setTimeout(() => void context.stderr.write(`${text} ...\n`), 1000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

import type { Context } from '../../framework/index.ts';

/** Runs `work` and reports on standard error that it continues when it takes longer than a second. */
export async function withProgress<T>(text: string, context: Context, work: Promise<T>): Promise<T> {
  if (context.format === 'json') return work;
  const timer = setTimeout(() => void context.stderr.write(`${text} ...\n`), 1000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

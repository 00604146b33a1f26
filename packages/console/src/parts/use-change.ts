import type { RouteId, RouteResponse, Routes } from '@funcgraph/api';
import { useMutation } from '@tanstack/react-query';
import { type Input, mutation } from '../api/index.ts';
import { useNotices } from './notices.tsx';
import type { Say } from './spoken.tsx';

interface ChangeTexts {
  /** Of the notice of success; without it the page shows the result itself. */
  readonly done?: Say;
  readonly failed: Say;
}

type Answer<R extends RouteId> = RouteResponse<Routes[R]>;

interface ChangeOptions {
  /** Runs before answers are read again: leave a page here whose object no longer exists. */
  readonly onDone?: (() => unknown) | undefined;
}

/** A route that changes something, with a notice of the result. `send` returns undefined after a failure. */
export function useChange<R extends RouteId>(
  id: R,
  alsoChanges: readonly RouteId[] = [],
  { onDone }: ChangeOptions = {},
) {
  const notices = useNotices();
  const { onSuccess, ...options } = mutation(id, alsoChanges);
  const { mutateAsync, isPending } = useMutation({
    ...options,
    onSuccess: async (...result) => {
      await onDone?.();
      await onSuccess?.(...result);
    },
  });
  const send = async (input: Input<R>, { done, failed }: ChangeTexts): Promise<{ answer: Answer<R> } | undefined> => {
    try {
      const answer = await mutateAsync(input);
      if (done !== undefined) notices.success(done);
      return { answer };
    } catch (error) {
      notices.failure(failed, error as Error);
      return undefined;
    }
  };
  return { send, isBusy: isPending };
}

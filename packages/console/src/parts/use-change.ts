import type { RouteId, RouteResponse, Routes } from '@funcgraph/api';
import { useMutation } from '@tanstack/react-query';
import { type Input, mutation } from '../api/index.ts';
import { useNotices } from './notices.tsx';

interface ChangeTexts {
  /** Of the notice of success; without it the page shows the result itself. */
  readonly done?: string;
  readonly failed: string;
}

type Answer<R extends RouteId> = RouteResponse<Routes[R]>;

/** A route that changes something, with a notice of the result. `send` returns undefined after a failure. */
export function useChange<R extends RouteId>(id: R, alsoChanges: readonly RouteId[] = []) {
  const notices = useNotices();
  const { mutateAsync, isPending } = useMutation(mutation(id, alsoChanges));
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

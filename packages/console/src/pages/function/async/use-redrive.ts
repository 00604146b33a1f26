import { useMutation } from '@tanstack/react-query';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';
import type { DeadLetter } from './letter-columns.tsx';

/** Sends dead letters again, one or all of the function. */
export function useRedrive(fn: ShownFunction) {
  const { t } = useTexts('functionAsync');
  const notices = useNotices();
  const one = useMutation(mutation('redriveDeadLetter'));
  const all = useMutation(mutation('redriveFunctionDeadLetters'));
  const onError = (error: Error) => notices.failure(() => t('letters.redrive.failed'), error);

  const redrive = ({ id }: DeadLetter) =>
    one.mutate(
      { params: { letter_id: id } },
      { onSuccess: ({ request_id }) => notices.success(() => t('letters.redrive.done', { id: request_id })), onError },
    );
  const redriveAll = async () => {
    const counts = { redriven: 0, refused: 0 };
    try {
      for (let marker: string | undefined = ''; marker !== undefined; ) {
        const page: Awaited<ReturnType<typeof all.mutateAsync>> = await all.mutateAsync({
          params: { function_urn: fn.baseUrn },
          body: marker === '' ? {} : { marker },
        });
        counts.redriven += page.redriven.length;
        counts.refused += page.refused.length;
        marker = page.next_marker;
      }
      notices.success(() => t('letters.redrive.allDone', counts));
    } catch (error) {
      onError(error as Error);
    }
  };
  return { redrive, redriveAll: () => void redriveAll(), isBusy: all.isPending };
}

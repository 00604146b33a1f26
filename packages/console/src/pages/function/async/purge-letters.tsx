import { useMutation } from '@tanstack/react-query';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';

/** Deletes all dead letters of the function, page by page. */
export function PurgeLetters({ fn, onClose }: { fn: ShownFunction; onClose: () => void }) {
  const { t } = useTexts('functionAsync');
  const notices = useNotices();
  const removal = useMutation(mutation('deleteFunctionDeadLetters'));
  const purge = async () => {
    let count = 0;
    try {
      for (let marker: string | undefined = ''; marker !== undefined; ) {
        const page: Awaited<ReturnType<typeof removal.mutateAsync>> = await removal.mutateAsync({
          params: { function_urn: fn.baseUrn },
          query: marker === '' ? {} : { marker },
        });
        count += page.deleted;
        marker = page.next_marker;
      }
      notices.success(() => t('letters.purge.done', { number: count }));
    } catch (error) {
      notices.failure(() => t('letters.purge.failed'), error as Error);
    }
    onClose();
  };
  return (
    <ConfirmDialog
      title={t('letters.purge.title', { name: fn.name })}
      consequence={t('letters.purge.consequence')}
      name={fn.name}
      isBusy={removal.isPending}
      onConfirm={() => void purge()}
      onCancel={onClose}
    />
  );
}

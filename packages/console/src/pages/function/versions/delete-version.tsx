import { useMutation } from '@tanstack/react-query';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';

interface DeleteVersionProps {
  readonly fn: ShownFunction;
  readonly version: string;
  /** Those that point to it, and go with it. */
  readonly aliases: readonly string[];
  /** Before the lists are read again: the page may show what no longer exists. */
  readonly onDone: () => Promise<void>;
  readonly onClose: () => void;
}

export function DeleteVersion({ fn, version, aliases, onDone, onClose }: DeleteVersionProps) {
  const { t } = useTexts('functionVersions');
  const notices = useNotices();
  const { onSuccess, ...options } = mutation('deleteFunction', ['listFunctionTriggers']);
  const removal = useMutation({
    ...options,
    onSuccess: async (...result) => {
      notices.success(() => t('remove.done', { version }));
      await onDone();
      await onSuccess?.(...result);
    },
  });
  const consequence = t('remove.consequence');
  return (
    <ConfirmDialog
      title={t('remove.title', { version })}
      consequence={
        aliases.length === 0 ? consequence : `${consequence}${t('remove.aliases', { names: aliases.join(', ') })}`
      }
      isBusy={removal.isPending}
      onConfirm={() =>
        removal.mutate(
          { params: { function_urn: `${fn.baseUrn}:${version}` } },
          { onError: (error) => notices.failure(() => t('remove.failed', { version }), error), onSettled: onClose },
        )
      }
      onCancel={onClose}
    />
  );
}

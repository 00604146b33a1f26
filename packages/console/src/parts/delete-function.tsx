import { useMutation } from '@tanstack/react-query';
import { mutation } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useNotices } from './notices.tsx';

interface DeleteFunctionProps {
  readonly name: string;
  readonly urn: string;
  readonly onClose: () => void;
  /** Runs before what no longer exists is read again. */
  readonly onDone?: () => Promise<void>;
}

/** Asks for the name of a function and deletes it with all that belongs to it. */
export function DeleteFunction({ name, urn, onClose, onDone }: DeleteFunctionProps) {
  const { t } = useTexts('functions');
  const notices = useNotices();
  const { onSuccess, ...options } = mutation('deleteFunction', ['listFunctionTriggers']);
  const removal = useMutation({
    ...options,
    onSuccess: async (...result) => {
      notices.success(() => t('remove.done', { name }));
      await onDone?.();
      await onSuccess?.(...result);
    },
  });
  const remove = () =>
    removal.mutate(
      // the version would say which one to delete
      { params: { function_urn: urn.replace(/:latest$/, '') } },
      {
        onError: (error) => notices.failure(() => t('remove.failed', { name }), error),
        onSettled: onClose,
      },
    );
  return (
    <ConfirmDialog
      title={t('remove.title')}
      consequence={t('remove.consequence')}
      name={name}
      isBusy={removal.isPending}
      onConfirm={remove}
      onCancel={onClose}
    />
  );
}

import { useMutation } from '@tanstack/react-query';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { nameOf, paramsOf, type Trigger } from './trigger.ts';

interface DeleteTriggerProps {
  readonly fn: ShownFunction;
  readonly trigger: Trigger;
  readonly onClose: () => void;
}

export function DeleteTrigger({ fn, trigger, onClose }: DeleteTriggerProps) {
  const { t } = useTexts('triggers');
  const notices = useNotices();
  const removal = useMutation(mutation('deleteFunctionTrigger'));
  const name = nameOf(trigger);
  const remove = () =>
    removal.mutate(
      { params: paramsOf(fn, trigger) },
      {
        onSuccess: () => notices.success(t('remove.done', { name })),
        onError: (error) => notices.failure(t('remove.failed', { name }), error),
        onSettled: onClose,
      },
    );
  return (
    <ConfirmDialog
      title={t('remove.title', { name })}
      consequence={t('remove.consequence')}
      isBusy={removal.isPending}
      onConfirm={remove}
      onCancel={onClose}
    />
  );
}

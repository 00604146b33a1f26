import { useMutation } from '@tanstack/react-query';
import { mutation } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { useNotices } from '../../parts/notices.tsx';

interface DeleteFlowProps {
  readonly name: string;
  readonly urn: string;
  readonly onClose: () => void;
}

export function DeleteFlow({ name, urn, onClose }: DeleteFlowProps) {
  const { t } = useTexts('flows');
  const notices = useNotices();
  const removal = useMutation(mutation('batchDeleteWorkflows'));
  const remove = () =>
    removal.mutate(
      { body: { workflow_urns: [urn] } },
      {
        onSuccess: ({ fail: [failure] }) =>
          // the answer is good although a flow with active runs stays
          failure === undefined
            ? notices.success(() => t('remove.done', { name }))
            : notices.failure(() => t('remove.failed', { name }), new Error(failure.error_detail)),
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

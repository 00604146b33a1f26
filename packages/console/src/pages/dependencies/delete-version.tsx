import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { mutation } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { useNotices } from '../../parts/notices.tsx';
import type { Dependency } from './dependency-columns.tsx';

interface DeleteVersionProps {
  readonly version: Dependency;
  /** The package is deleted with it. */
  readonly isLast: boolean;
  readonly onClose: () => void;
}

/** The server refuses to delete a version in use, and names the function. */
export function DeleteVersion({ version: { dep_id, name, version }, isLast, onClose }: DeleteVersionProps) {
  const { t } = useTexts('dependencies');
  const notices = useNotices();
  const navigate = useNavigate();
  const { onSuccess, ...options } = mutation('deleteDependencyVersion');
  const removal = useMutation({
    ...options,
    onSuccess: async (...result) => {
      notices.success(() => t('remove.done', { name, version }));
      // before the versions are read again, which no longer exist
      if (isLast) await navigate({ to: '/dependencies' });
      await onSuccess?.(...result);
    },
  });
  const remove = () =>
    removal.mutate(
      { params: { depend_id: dep_id, version: String(version) } },
      {
        onError: (error) => notices.failure(() => t('remove.failed', { name, version }), error),
        onSettled: onClose,
      },
    );
  return (
    <ConfirmDialog
      title={t('remove.title', { name, version })}
      consequence={isLast ? t('remove.last', { name }) : t('remove.consequence')}
      isBusy={removal.isPending}
      onConfirm={remove}
      onCancel={onClose}
    />
  );
}

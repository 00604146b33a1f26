import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import type { ShownFunction } from '../shown-function.ts';

interface DeleteAliasProps {
  readonly fn: ShownFunction;
  readonly name: string;
  readonly onClose: () => void;
}

export function DeleteAlias({ fn, name, onClose }: DeleteAliasProps) {
  const { t } = useTexts('functionAliases');
  const notices = useNotices();
  const navigate = useNavigate();
  const { onSuccess, ...options } = mutation('deleteVersionAlias', ['listFunctionTriggers']);
  const removal = useMutation({
    ...options,
    onSuccess: async (...result) => {
      notices.success(() => t('remove.done', { name }));
      // before the page reads again what no longer exists
      if (fn.chosen === `!${name}`)
        await navigate({ to: '.', search: (search: object) => ({ ...search, version: undefined }) as never });
      await onSuccess?.(...result);
    },
  });
  return (
    <ConfirmDialog
      title={t('remove.title', { name })}
      consequence={t('remove.consequence')}
      isBusy={removal.isPending}
      onConfirm={() =>
        removal.mutate(
          { params: { function_urn: fn.baseUrn, alias_name: name } },
          { onError: (error) => notices.failure(() => t('remove.failed', { name }), error), onSettled: onClose },
        )
      }
      onCancel={onClose}
    />
  );
}

import { useNavigate } from '@tanstack/react-router';
import { useTexts } from '../../i18n/index.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';

export function DeleteStream({ stream, onClose }: { stream: string; onClose: () => void }) {
  const { t } = useTexts('streams');
  const navigate = useNavigate();
  return (
    <DeleteDialog
      route="deleteStream"
      input={{ params: { stream_name: stream } }}
      title={t('remove.title')}
      consequence={t('remove.consequence')}
      name={stream}
      done={() => t('remove.done', { name: stream })}
      failed={() => t('remove.failed', { name: stream })}
      onDone={() => navigate({ to: '/streams' })}
      onClose={onClose}
    />
  );
}

import { useNavigate } from '@tanstack/react-router';
import { useTexts } from '../../i18n/index.ts';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import type { TopicName } from './topic.ts';

export function DeleteTopic({ topic: { name, topic_urn }, onClose }: { topic: TopicName; onClose: () => void }) {
  const { t } = useTexts('topics');
  const navigate = useNavigate();
  return (
    <DeleteDialog
      route="deleteTopic"
      input={{ params: { topic_urn } }}
      title={t('remove.title')}
      consequence={t('remove.consequence')}
      name={name}
      done={() => t('remove.done', { name })}
      failed={() => t('remove.failed', { name })}
      onDone={() => navigate({ to: '/topics' })}
      onClose={onClose}
    />
  );
}

import { useLocation, useRouter } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTexts } from '../i18n/index.ts';
import { EmptyState } from '../parts/empty-state.tsx';

export function NotFound() {
  const { t } = useTexts();
  const router = useRouter();
  const { pathname } = useLocation();
  return (
    <EmptyState
      heading="h1"
      title={t('notFound.title')}
      text={t('notFound.text', { path: pathname })}
      action={
        <Button type="primary" onClick={() => void router.navigate({ to: '/' })}>
          {t('notFound.back')}
        </Button>
      }
    />
  );
}

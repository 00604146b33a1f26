import { App } from 'antd';
import { ApiError } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';
import { ErrorText } from './error-view.tsx';

/** Notices at the top right. A failure stays until it is closed. */
export function useNotices() {
  const { t } = useTexts('parts');
  const { notification } = App.useApp();
  return {
    // over a button that the pointer rests on, it would never go away
    success: (title: string) => notification.success({ title, role: 'status', pauseOnHover: false }),
    warning: (title: string, description: string) =>
      notification.warning({ title, description, duration: 0, closable: { 'aria-label': t('close') } }),
    failure: (title: string, error: Error) => {
      // the sign-in page says it
      if (error instanceof ApiError && error.status === 401) return;
      notification.error({
        title,
        description: <ErrorText error={error} />,
        duration: 0,
        closable: { 'aria-label': t('close') },
      });
    },
  };
}

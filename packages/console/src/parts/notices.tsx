import CloseOutlined from '@ant-design/icons/es/icons/CloseOutlined';
import { App } from 'antd';
import { ApiError } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';
import { ErrorText } from './error-view.tsx';
import './parts.css';
import { type Say, Spoken } from './spoken.tsx';

/** Named by its content, which follows the language. */
const CLOSE = { closeIcon: <CloseSign />, 'aria-label': '' };

/** Notices in the top bar, in the language of the moment. A failure stays until it is closed. */
export function useNotices() {
  const { notification } = App.useApp();
  return {
    // over a button that the pointer rests on, it would never go away
    success: (title: Say) =>
      notification.success({ title: <Spoken say={title} />, role: 'status', pauseOnHover: false, closable: CLOSE }),
    warning: (title: Say, description: Say) =>
      notification.warning({
        title: <Spoken say={title} />,
        description: <Spoken say={description} />,
        duration: 0,
        closable: CLOSE,
      }),
    failure: (title: Say, error: Error) => {
      // the sign-in page says it
      if (error instanceof ApiError && error.status === 401) return;
      notification.error({
        title: <Spoken say={title} />,
        description: <ErrorText error={error} />,
        duration: 0,
        closable: CLOSE,
      });
    },
  };
}

function CloseSign() {
  const { t } = useTexts('parts');
  return (
    <>
      <CloseOutlined aria-hidden />
      <span className="only-read">{t('close')}</span>
    </>
  );
}

import { Alert, Button } from 'antd';
import { ApiError } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';
import { useErrorMeaning } from './error-meaning/use-error-meaning.ts';
import { errorKind } from './error-text.ts';
import './parts.css';

/** What a failed request means, with the server's own words, its code and the id of the request. */
export function ErrorText({ error }: { error: Error }) {
  return error instanceof ApiError ? <AnswerText error={error} /> : <div>{error.message}</div>;
}

function AnswerText({ error }: { error: ApiError }) {
  const { t } = useTexts('parts');
  const meaning = useErrorMeaning(error.code);
  return (
    <div>
      {meaning && <div>{meaning}</div>}
      {/* names and values of the request are in these words only */}
      <div className={meaning && 'error-details'} lang={meaning && 'en'}>
        <div>{error.message}</div>
        {error.hint && <div>{error.hint}</div>}
      </div>
      <div className="error-details">
        {[error.code, error.requestId && t('errors.request', { id: error.requestId })].filter(Boolean).join(' · ')}
      </div>
    </div>
  );
}

/** A failure in place of the content. */
export function ErrorView({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { t } = useTexts('parts');
  return (
    <Alert
      type="error"
      showIcon
      title={t(`errors.${error instanceof ApiError ? errorKind(error) : 'page'}`)}
      description={<ErrorText error={error} />}
      action={onRetry && <Button onClick={onRetry}>{t('retry')}</Button>}
    />
  );
}

import { Spin } from 'antd';
import { useTexts } from '../../i18n/index.ts';

/** The present step of long work, in the server's words. */
export function Steps({ step }: { step: string | undefined }) {
  const { t } = useTexts('platform');
  return (
    <div role="status" className="platform-steps">
      {step !== undefined && (
        <>
          <Spin size="small" /> {step || t('starting')}
        </>
      )}
    </div>
  );
}

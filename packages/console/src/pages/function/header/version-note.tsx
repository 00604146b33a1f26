import { Alert, Button } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import type { ShownFunction } from '../shown-function.ts';

/** Says that a published version stays as it is, and leads to the one that can be changed. */
export function VersionNote({ fn, onLatest }: { fn: ShownFunction; onLatest: () => void }) {
  const { t } = useTexts('functionPage');
  return (
    <Alert
      type="info"
      showIcon
      title={t('readOnly', { version: fn.config.version })}
      action={
        <Button size="small" onClick={onLatest}>
          {t('toLatest')}
        </Button>
      }
      style={{ marginBottom: 12 }}
    />
  );
}

import { Button, Modal } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { type Fact, Facts } from '../../../parts/facts.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { type AuditEntry, Result } from './audit-columns.tsx';

const NONE = '–';

/** All of a record. */
export function AuditDetails({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const { t } = useTexts('audit');
  const facts: readonly Fact[] = [
    { name: t('columns.time'), value: <Moment at={entry.time} /> },
    { name: t('columns.user'), value: entry.user_name || NONE },
    { name: t('accessKey'), value: entry.access_key || NONE },
    { name: t('columns.source'), value: entry.source_ip || NONE },
    { name: t('operation'), value: entry.operation || NONE },
    { name: t('columns.action'), value: entry.action || NONE },
    { name: t('columns.resource'), value: entry.resource || NONE },
    { name: t('project'), value: entry.project_id || NONE },
    { name: t('columns.result'), value: <Result of={entry} /> },
    { name: t('request'), value: entry.request_id || NONE },
  ];
  return (
    <Modal
      open
      title={t('details')}
      width={640}
      footer={<Button onClick={onClose}>{t('close')}</Button>}
      onCancel={onClose}
    >
      <Facts facts={facts} />
    </Modal>
  );
}

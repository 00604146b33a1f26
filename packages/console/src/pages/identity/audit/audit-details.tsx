import { Button, Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { type AuditEntry, Result } from './audit-columns.tsx';

/** All of a record. */
export function AuditDetails({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const { t } = useTexts('audit');
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('columns.time'), <Moment key="time" at={entry.time} />],
    [t('columns.user'), entry.user_name],
    [t('accessKey'), entry.access_key],
    [t('columns.source'), entry.source_ip],
    [t('operation'), entry.operation],
    [t('columns.action'), entry.action],
    [t('columns.resource'), entry.resource],
    [t('project'), entry.project_id],
    [t('columns.result'), <Result key="result" of={entry} />],
    [t('request'), entry.request_id],
  ];
  return (
    <Modal
      open
      title={t('details')}
      width={640}
      footer={<Button onClick={onClose}>{t('close')}</Button>}
      onCancel={onClose}
    >
      <dl className="audit-facts">
        {facts.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
    </Modal>
  );
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value || '–'}</dd>
    </>
  );
}

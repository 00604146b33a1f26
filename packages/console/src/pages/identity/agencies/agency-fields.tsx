import { Form, Input, InputNumber, Radio, Select } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { NameFields } from '../name-fields.tsx';
import { MAX_NAME } from '../names.ts';

const MAX_DAYS = 3650;
const DURATIONS = ['FOREVER', 'ONEDAY', 'days'] as const;

const KINDS = ['service', 'account'] as const;
export type AgencyKind = (typeof KINDS)[number];

/** Fields for the name, the trusted service or account, and the duration. FunctionGraph is the only service. */
export function AgencyFields() {
  const { t } = useTexts('agencies');
  const duration = Form.useWatch<(typeof DURATIONS)[number]>('duration');
  const kind = Form.useWatch<AgencyKind>('kind');
  return (
    <>
      <NameFields label={t('columns.name')} />
      <Form.Item name="kind" label={t('kind')} required>
        <Radio.Group options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} />
      </Form.Item>
      {kind === 'account' ? (
        <Form.Item
          name="account"
          label={t('account.label')}
          extra={t('account.help')}
          rules={[{ required: true, whitespace: true, message: t('account.missing') }]}
        >
          <Input autoComplete="off" maxLength={MAX_NAME} />
        </Form.Item>
      ) : (
        <dl className="agency-service">
          <dt>{t('service')}</dt>
          <dd>FunctionGraph</dd>
        </dl>
      )}
      <Form.Item name="duration" label={t('duration.label')} required>
        <Select options={DURATIONS.map((value) => ({ value, label: t(`duration.${value}`) }))} />
      </Form.Item>
      {duration === 'days' && (
        <Form.Item
          name="days"
          label={t('duration.number')}
          rules={[{ required: true, message: t('duration.missing', { most: MAX_DAYS }) }]}
        >
          <InputNumber min={1} max={MAX_DAYS} precision={0} />
        </Form.Item>
      )}
    </>
  );
}

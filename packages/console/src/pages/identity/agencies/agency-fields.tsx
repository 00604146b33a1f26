import { Form, InputNumber, Select } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { NameFields } from '../name-fields.tsx';

const MAX_DAYS = 3650;
const DURATIONS = ['FOREVER', 'ONEDAY', 'days'] as const;

/** Name, kind and duration of an agency. Agencies are for FunctionGraph only. */
export function AgencyFields() {
  const { t } = useTexts('agencies');
  const duration = Form.useWatch<(typeof DURATIONS)[number]>('duration');
  return (
    <>
      <NameFields label={t('columns.name')} />
      <div className="agency-kind">
        <Fixed label={t('kind')} value={t('kindService')} />
        <Fixed label={t('service')} value="FunctionGraph" />
      </div>
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

function Fixed({ label, value }: { label: string; value: string }) {
  return (
    <dl>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </dl>
  );
}

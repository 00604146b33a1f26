import { Form, InputNumber, Select } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { COMPARISONS, isTime, METRICS, PERIODS, statisticsOf, type TargetKind } from './rule.ts';

const MOST_PERIODS = 10;

/** The first step: when a rule is in alarm. */
export function ConditionFields({ kind }: { kind: TargetKind }) {
  const { t } = useTexts('alarms');
  const form = Form.useFormInstance();
  const metric: string = Form.useWatch('metric', form) ?? 'count';
  const periods: number = Form.useWatch('periods', form) ?? 1;
  const statistics = statisticsOf(kind, metric);
  const onMetric = (next: string) => {
    if (!statisticsOf(kind, next).includes(form.getFieldValue('statistic')))
      form.setFieldValue('statistic', statisticsOf(kind, next)[0]);
  };
  return (
    <div className="alarm-condition">
      <Form.Item name="metric" label={t('fields.metric')} required>
        <Select options={METRICS[kind].map((value) => ({ value, label: t(`metrics.${value}`) }))} onChange={onMetric} />
      </Form.Item>
      <Form.Item name="statistic" label={t('fields.statistic')} required>
        <Select options={statistics.map((value) => ({ value, label: t(`statistics.${value}`) }))} />
      </Form.Item>
      <Form.Item name="comparison" label={t('fields.comparison')} required>
        <Select options={COMPARISONS.map((value) => ({ value, label: value }))} />
      </Form.Item>
      <Form.Item
        name="threshold"
        label={t('fields.threshold')}
        rules={[{ required: true, message: t('fields.thresholdMissing') }]}
      >
        <InputNumber min={0} precision={isTime(metric) ? 3 : 0} suffix={isTime(metric) ? 'ms' : t('fields.count')} />
      </Form.Item>
      <Form.Item name="period" label={t('fields.period')} required>
        <Select options={PERIODS.map((value) => ({ value, label: t('fields.minutes', { count: value }) }))} />
      </Form.Item>
      <Form.Item name="periods" label={t('fields.periods')} rules={[{ required: true }]}>
        <InputNumber min={1} max={MOST_PERIODS} precision={0} />
      </Form.Item>
      <Form.Item name="breaching_periods" label={t('fields.breaching')} rules={[{ required: true }]}>
        <InputNumber min={1} max={periods} precision={0} />
      </Form.Item>
      <Form.Item name="missing_data" label={t('fields.missing')}>
        <Select options={(['keep', 'no_data'] as const).map((value) => ({ value, label: t(`missing.${value}`) }))} />
      </Form.Item>
    </div>
  );
}

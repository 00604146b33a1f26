import type { DestinationCode } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Input, InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { BucketPicker } from '../../../parts/pickers/bucket-picker.tsx';
import { FunctionPicker } from '../../../parts/pickers/function-picker.tsx';
import { TopicPicker } from '../../../parts/pickers/search-picker.tsx';
import { StreamPicker } from '../../../parts/pickers/stream-picker.tsx';
import type { ShownFunction } from '../shown-function.ts';
import { DESTINATION_CODES, type DestinationFields, leadsBack } from './destinations.ts';

type Outcome = 'on_success' | 'on_failure';

interface DestinationItemsProps {
  readonly fn: ShownFunction;
  readonly outcome: Outcome;
}

const MOST_DAYS = 365;

/** The kind of destination of an outcome, and its target. */
export function DestinationItems({ fn, outcome }: DestinationItemsProps) {
  const { t } = useTexts('functionAsync');
  const kind: DestinationFields['kind'] = Form.useWatch([outcome, 'kind']) ?? '';
  const options = ['' as const, ...DESTINATION_CODES].map((code) => ({
    value: code,
    label: t(code === '' ? 'kinds.none' : `kinds.${code}`),
  }));
  return (
    <fieldset className="async-destination">
      <legend>{t(`fields.${outcome}`)}</legend>
      <Form.Item name={[outcome, 'kind']} label={t('fields.service')}>
        <Select options={options} />
      </Form.Item>
      {kind !== '' && <TargetItems fn={fn} outcome={outcome} kind={kind} />}
    </fieldset>
  );
}

function TargetItems({ fn, outcome, kind }: DestinationItemsProps & { kind: DestinationCode }) {
  const { t } = useTexts('functionAsync');
  const item = (
    name: keyof DestinationFields & ('function' | 'bucket' | 'topic' | 'stream' | 'url'),
    input: ReactNode,
  ) => (
    <Form.Item
      name={[outcome, name]}
      label={t(`fields.${name}`)}
      rules={[
        { required: true, message: t('missing', { field: t(`fields.${name}`) }) },
        ...(name === 'url' ? [{ pattern: /^https?:\/\/./i, message: t('wrongUrl') }] : []),
      ]}
    >
      {input}
    </Form.Item>
  );
  switch (kind) {
    case 'FunctionGraph':
      return (
        <>
          {item('function', <FunctionPicker />)}
          <CircleWarning fn={fn} outcome={outcome} />
        </>
      );
    case 'OBS':
      return (
        <>
          {item('bucket', <BucketPicker />)}
          <div className="async-columns">
            <Form.Item name={[outcome, 'prefix']} label={t('fields.prefix')} extra={t('hints.prefix')}>
              <Input autoComplete="off" placeholder="daily/" />
            </Form.Item>
            <Form.Item name={[outcome, 'expires']} label={t('fields.expires')} extra={t('hints.expires')}>
              <InputNumber min={0} max={MOST_DAYS} precision={0} style={{ width: '100%' }} />
            </Form.Item>
          </div>
        </>
      );
    case 'SMN':
      return item('topic', <TopicPicker />);
    case 'DIS':
      return item('stream', <StreamPicker />);
    case 'HTTP':
      return item('url', <Input autoComplete="off" placeholder="https://example.com/results" />);
  }
}

/** Warns when results of the destination come back here, so that the chain is stopped. */
function CircleWarning({ fn, outcome }: DestinationItemsProps) {
  const { t } = useTexts('functionAsync');
  const urn: unknown = Form.useWatch([outcome, 'function']);
  const function_urn = typeof urn === 'string' ? urn : '';
  const { data } = useQuery({
    ...query('listFunctionAsyncInvokeConfig', { params: { function_urn }, query: { limit: '100' } }),
    enabled: function_urn !== '',
  });
  if (data === undefined || !leadsBack(data.async_invoke_configs, fn.baseUrn)) return null;
  return <Alert type="warning" showIcon title={t('circle', { name: fn.name, other: function_urn.split(':')[6] })} />;
}

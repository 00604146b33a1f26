import { Form, Input, Select } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { FunctionPicker } from '../../parts/pickers/function-picker.tsx';
import { FlowPicker } from '../../parts/pickers/search-picker.tsx';
import { useChange } from '../../parts/use-change.ts';
import { isEndpoint, PROTOCOLS, type Protocol } from './protocols.ts';
import type { TopicName } from './topic.ts';

interface Fields {
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly remark?: string;
}

const USUAL: Partial<Fields> = { protocol: 'functiongraph' };

export function Subscribe({ topic: { name, topic_urn }, onClose }: { topic: TopicName; onClose: () => void }) {
  const { t } = useTexts('topics');
  const subscription = useChange('addSubscription');
  const submit = async ({ protocol, endpoint, remark = '' }: Fields) => {
    const body = { protocol, endpoint: endpoint.trim(), remark };
    const texts = { done: () => t('subscribe.done', { name }), failed: () => t('subscribe.failed') };
    if (await subscription.send({ params: { topic_urn }, body }, texts)) onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('subscribe.title', { name })}
      initialValues={USUAL}
      isBusy={subscription.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <EndpointFields />
      <Form.Item name="remark" label={t('subscriptions.remark')}>
        <Input autoComplete="off" maxLength={128} />
      </Form.Item>
    </FormDialog>
  );
}

function EndpointFields() {
  const { t } = useTexts('topics');
  const form = Form.useFormInstance<Fields>();
  const protocol = Form.useWatch<Protocol>('protocol') ?? 'functiongraph';
  const isOurs = protocol === 'functiongraph' || protocol === 'flow';
  return (
    <>
      <Form.Item name="protocol" label={t('subscriptions.protocol')} rules={[{ required: true }]}>
        <Select
          options={PROTOCOLS.map((value) => ({ value, label: t(`protocols.${value}`) }))}
          onChange={() => form.resetFields(['endpoint'])}
        />
      </Form.Item>
      <Form.Item
        name="endpoint"
        label={t(`endpoints.${protocol}`)}
        extra={isOurs ? t('subscribe.atOnce') : t('subscribe.mustConfirm')}
        validateTrigger={isOurs ? 'onChange' : 'onBlur'}
        rules={[
          {
            required: true,
            validator: async (_, text = '') => {
              if (!isEndpoint(protocol, text)) throw new Error(t(`endpointMissing.${protocol}`));
            },
          },
        ]}
      >
        {protocol === 'functiongraph' ? (
          <FunctionPicker />
        ) : protocol === 'flow' ? (
          <FlowPicker />
        ) : (
          <Input autoComplete="off" placeholder={protocol === 'email' ? 'ann@example.com' : `${protocol}://`} />
        )}
      </Form.Item>
    </>
  );
}

import { Form, Input, InputNumber } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useChange } from '../../parts/use-change.ts';
import { attributesOf } from './attributes.ts';
import type { TopicName } from './topic.ts';

interface Fields {
  readonly subject?: string;
  readonly message: string;
  readonly attributes?: string;
  readonly time_to_live: number;
}

const USUAL = { time_to_live: 3600 };
const MOST_SECONDS = 604_800;

/** Publishes one message to all that subscribed. */
export function PublishMessage({ topic: { name, topic_urn }, onClose }: { topic: TopicName; onClose: () => void }) {
  const { t } = useTexts('topics');
  const publication = useChange('publishMessage');
  const submit = async ({ subject = '', message, attributes = '', time_to_live }: Fields) => {
    const message_attributes = attributesOf(attributes) ?? [];
    const body = { subject, message, time_to_live: String(time_to_live), message_attributes };
    const texts = { done: () => t('publish.done', { name }), failed: () => t('publish.failed') };
    if (await publication.send({ params: { topic_urn }, body }, texts)) onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('publish.title', { name })}
      okText={t('publish.action')}
      initialValues={USUAL}
      isBusy={publication.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="subject" label={t('publish.subject')} extra={t('publish.subjectHelp')}>
        <Input autoFocus autoComplete="off" maxLength={512} />
      </Form.Item>
      <Form.Item
        name="message"
        label={t('publish.message')}
        rules={[{ required: true, message: t('publish.messageMissing') }]}
      >
        <Input.TextArea className="code-input" autoSize={{ minRows: 5, maxRows: 14 }} />
      </Form.Item>
      <Form.Item
        name="attributes"
        label={t('publish.attributes')}
        extra={t('publish.attributesHelp')}
        validateTrigger="onBlur"
        rules={[
          {
            validator: async (_, text = '') => {
              if (attributesOf(text) === undefined) throw new Error(t('publish.attributesWrong'));
            },
          },
        ]}
      >
        <Input.TextArea className="code-input" autoSize={{ minRows: 2, maxRows: 6 }} placeholder="kind=paid" />
      </Form.Item>
      <Form.Item
        name="time_to_live"
        label={t('publish.life')}
        extra={t('publish.lifeHelp')}
        rules={[{ required: true }]}
      >
        <InputNumber min={1} max={MOST_SECONDS} precision={0} style={{ width: 160 }} />
      </Form.Item>
    </FormDialog>
  );
}

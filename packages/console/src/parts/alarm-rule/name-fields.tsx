import { useQuery } from '@tanstack/react-query';
import { Checkbox, Form, Input, Select } from 'antd';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { STATES } from './states.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const MOST_TOPICS = 5;

/** The second step: the name of a rule, and what gets a message. */
export function NameFields({ isNew }: { isNew: boolean }) {
  const { t } = useTexts('alarms');
  const topics = useQuery(query('listTopics', { query: { limit: '100' } }));
  return (
    <>
      <Form.Item
        name="name"
        label={t('fields.name')}
        extra={isNew ? t('fields.nameHelp') : undefined}
        validateTrigger="onBlur"
        rules={[
          { required: true, message: t('fields.nameMissing') },
          { pattern: NAME, message: t('fields.nameHelp') },
        ]}
      >
        <Input autoComplete="off" maxLength={128} disabled={!isNew} />
      </Form.Item>
      <Form.Item name="description" label={t('fields.description')}>
        <Input.TextArea maxLength={512} autoSize={{ minRows: 1, maxRows: 4 }} />
      </Form.Item>
      <Form.Item name="topic_urns" label={t('fields.topics')} extra={t('fields.topicsHelp')}>
        <Select
          mode="multiple"
          maxCount={MOST_TOPICS}
          loading={topics.isPending}
          options={(topics.data?.topics ?? []).map(({ topic_urn, name }) => ({ value: topic_urn, label: name }))}
        />
      </Form.Item>
      <Form.Item name="notify_on" label={t('fields.notifyOn')}>
        <Checkbox.Group options={STATES.map((value) => ({ value, label: t(`states.${value}`) }))} />
      </Form.Item>
    </>
  );
}

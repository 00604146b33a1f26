import { Form, Input } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { MAX_DESCRIPTION, MAX_NAME, NAME } from './names.ts';

/** Name and purpose of a user, group, policy or agency. */
export function NameFields({ label }: { label?: string }) {
  const { t } = useTexts('identity');
  return (
    <>
      <Form.Item
        name="name"
        label={label ?? t('name')}
        extra={<span className="field-rule">{t('nameHelp')}</span>}
        validateTrigger="onBlur"
        rules={[
          { required: true, message: t('nameMissing') },
          { pattern: NAME, message: t('nameHelp') },
        ]}
      >
        <Input autoFocus autoComplete="off" maxLength={MAX_NAME} />
      </Form.Item>
      <DescriptionField />
    </>
  );
}

export function DescriptionField() {
  const { t } = useTexts('identity');
  return (
    <Form.Item name="description" label={t('description')}>
      <Input.TextArea autoSize={{ minRows: 2, maxRows: 4 }} maxLength={MAX_DESCRIPTION} />
    </Form.Item>
  );
}

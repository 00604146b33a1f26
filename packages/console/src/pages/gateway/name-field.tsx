import { Form, Input } from 'antd';
import { useTexts } from '../../i18n/index.ts';

const NAME = /^\p{L}[\p{L}\p{N}_-]{0,63}$/u;

/** The name of a group, an API or an app. */
export function NameField({ label }: { label: string }) {
  const { t } = useTexts('gateway');
  return (
    <Form.Item
      name="name"
      label={label}
      extra={<span className="field-rule">{t('nameHelp')}</span>}
      validateTrigger="onBlur"
      rules={[
        { required: true, message: t('nameMissing') },
        { pattern: NAME, message: t('nameHelp') },
      ]}
    >
      <Input autoFocus autoComplete="off" maxLength={64} />
    </Form.Item>
  );
}

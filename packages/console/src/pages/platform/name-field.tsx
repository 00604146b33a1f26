import { Form, Input } from 'antd';
import { useTexts } from '../../i18n/index.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_NAME = 63;

/** Name of a network or a file system. */
export function NameField() {
  const { t } = useTexts('platform');
  return (
    <Form.Item
      name="name"
      label={t('name')}
      extra={<span className="field-rule">{t('nameHelp')}</span>}
      validateTrigger="onBlur"
      rules={[
        { required: true, message: t('nameMissing') },
        { pattern: NAME, message: t('nameHelp') },
      ]}
    >
      <Input autoFocus autoComplete="off" maxLength={MAX_NAME} />
    </Form.Item>
  );
}

import { Form, Input } from 'antd';
import { useTexts } from '../../../i18n/index.ts';

const MIN_CHARS = 8;
const MAX_CHARS = 128;

/** The server checks its strength, and names what is missing. */
export function PasswordField({ label, help }: { label: string; help: string }) {
  const { t } = useTexts('users');
  return (
    <Form.Item
      name="password"
      label={label}
      extra={help}
      validateTrigger="onBlur"
      rules={[{ min: MIN_CHARS, message: t('passwordShort') }]}
    >
      <Input.Password autoComplete="new-password" maxLength={MAX_CHARS} />
    </Form.Item>
  );
}

import { Button, Form, Input } from 'antd';
import type { Credentials } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { useFormLanguage } from '../../parts/use-form-language.ts';

interface Fields {
  readonly name: string;
  readonly password: string;
  readonly domain?: string;
}

export function SignInForm({ isBusy, onSubmit }: { isBusy: boolean; onSubmit: (fields: Credentials) => void }) {
  const { t } = useTexts();
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const submit = ({ name, password, domain }: Fields) =>
    onSubmit({ name: name.trim(), password, ...(domain ? { domain: domain.trim() } : {}) });
  return (
    <Form<Fields> form={form} layout="vertical" requiredMark={false} onFinish={submit}>
      <Form.Item
        name="name"
        label={t('signIn.name')}
        rules={[{ required: true, whitespace: true, message: t('signIn.nameMissing') }]}
      >
        <Input autoFocus autoComplete="username" />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('signIn.password')}
        rules={[{ required: true, message: t('signIn.passwordMissing') }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item name="domain" label={t('signIn.account')} extra={t('signIn.accountHint')}>
        <Input autoComplete="organization" />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={isBusy}>
        {t('signIn.submit')}
      </Button>
    </Form>
  );
}

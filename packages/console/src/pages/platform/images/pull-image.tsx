import { Form, Input, Switch } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import { Steps } from '../steps.tsx';
import { useProgress } from '../use-progress.ts';

const MAX_REFERENCE = 512;

interface Fields {
  readonly reference: string;
  readonly username?: string;
  readonly password?: string;
  readonly plainHttp: boolean;
}

/** Lets the server fetch an image from its registry, with its steps. */
export function PullImage({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('images');
  const notices = useNotices();
  const { run, step } = useProgress('pullImage');
  const submit = async ({ reference, username, password, plainHttp }: Fields) => {
    const name = reference.trim();
    const account = username ? { username, password: password ?? '' } : {};
    try {
      await run({ body: { reference: name, plain_http: plainHttp, ...account } }, 'images');
      notices.success(() => t('pull.done', { name }));
      onClose();
    } catch (error) {
      // stopped by the person
      if ((error as Error).name === 'AbortError') return;
      notices.failure(() => t('pull.failed', { name }), error as Error);
    }
  };
  return (
    <FormDialog<Fields>
      title={t('pull.action')}
      initialValues={{ plainHttp: false }}
      isBusy={step !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item
        name="reference"
        label={t('pull.reference')}
        extra={t('pull.referenceHelp')}
        rules={[{ required: true, message: t('pull.missing') }]}
      >
        <Input autoFocus autoComplete="off" maxLength={MAX_REFERENCE} placeholder="registry.example.com/team/app:v1" />
      </Form.Item>
      <Form.Item name="username" label={t('pull.username')} extra={t('pull.usernameHelp')}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="password" label={t('pull.password')}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item name="plainHttp" label={t('pull.plainHttp')} valuePropName="checked" extra={t('pull.plainHttpHelp')}>
        <Switch />
      </Form.Item>
      <Steps step={step} />
    </FormDialog>
  );
}

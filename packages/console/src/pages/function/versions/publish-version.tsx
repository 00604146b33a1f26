import { LIMITS } from '@funcgraph/api/limits';
import { useMutation } from '@tanstack/react-query';
import { Alert, Form, Input, Modal } from 'antd';
import { mutation } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { clearErrors } from '../../../parts/clear-errors.ts';
import { useNotices } from '../../../parts/notices.tsx';
import { useFormLanguage } from '../../../parts/use-form-language.ts';
import type { ShownFunction } from '../shown-function.ts';
import { LATEST } from './version-list.ts';

const NAME = /^(?!latest$)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,40}[A-Za-z0-9])?$/;

interface Fields {
  readonly version?: string;
  readonly description?: string;
}

interface PublishVersionProps {
  readonly fn: ShownFunction;
  readonly onPublished: (version: string) => void;
  readonly onClose: () => void;
}

/** Makes a version of the deployed code and the settings of `latest`. */
export function PublishVersion({ fn, onPublished, onClose }: PublishVersionProps) {
  const { t } = useTexts('functionVersions');
  const notices = useNotices();
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const publication = useMutation(mutation('createFunctionVersion'));
  const publish = ({ version = '', description = '' }: Fields) =>
    publication.mutate(
      { params: { function_urn: `${fn.baseUrn}:${LATEST}` }, body: { version, description } },
      {
        onSuccess: (made) => {
          notices.success(() => t('publish.done', { version: made.version }));
          onPublished(made.version);
        },
        onError: (error) => notices.failure(() => t('publish.failed'), error),
      },
    );
  return (
    <Modal
      open
      title={t('publish.title')}
      confirmLoading={publication.isPending}
      mask={{ closable: false }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <ul className="version-notes">
        <li>{t('publish.snapshot')}</li>
        <li>{t('publish.without')}</li>
      </ul>
      {!fn.isEnabled && <Alert type="warning" showIcon title={t('publish.disabled')} />}
      <Form<Fields>
        form={form}
        layout="vertical"
        className="version-form"
        onValuesChange={clearErrors(form)}
        onFinish={publish}
      >
        <Form.Item
          name="version"
          label={t('publish.version')}
          extra={t('publish.versionHelp')}
          validateTrigger="onBlur"
          rules={[{ pattern: NAME, message: t('publish.versionWrong') }]}
        >
          <Input autoFocus autoComplete="off" maxLength={42} placeholder={t('publish.ofTime')} />
        </Form.Item>
        <Form.Item name="description" label={t('publish.description')}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} maxLength={LIMITS.descriptionChars} showCount />
        </Form.Item>
      </Form>
    </Modal>
  );
}

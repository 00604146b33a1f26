import InboxOutlined from '@ant-design/icons/es/icons/InboxOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal, Progress, Upload } from 'antd';
import { useRef, useState } from 'react';
import { mutation } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { useNotices } from '../../parts/notices.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { useFormLanguage } from '../../parts/use-form-language.ts';

interface UploadObjectsProps {
  readonly bucket: string;
  /** The folder that is shown, which the keys begin with. */
  readonly folder: string;
  readonly onClose: () => void;
}

interface Fields {
  readonly prefix: string;
  readonly files: File[];
}

const WHOLE = 100;
const isAborted = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Stores files one after another as objects. Those of the same name are replaced. */
export function UploadObjects({ bucket, folder, onClose }: UploadObjectsProps) {
  const { t } = useTexts('buckets');
  const notices = useNotices();
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const [sent, setSent] = useState<{ readonly name: string; readonly part: number }>();
  const stop = useRef<AbortController>(undefined);
  const { mutateAsync } = useMutation(mutation('putBucketObject'));

  const submit = async ({ prefix, files }: Fields) => {
    stop.current = new AbortController();
    const { signal } = stop.current;
    for (const file of files) {
      const { name } = file;
      const key = prefix + name;
      setSent({ name, part: 0 });
      try {
        // the type of a raw body is that of any object
        const body = new Uint8Array(await file.arrayBuffer()) as never;
        const upload = { onSent: (part: number) => setSent({ name, part }), signal };
        await mutateAsync({ params: { bucket }, query: { key, content_type: file.type }, body, upload });
      } catch (error) {
        setSent(undefined);
        if (!isAborted(error)) notices.failure(() => t('upload.failed', { name }), error as Error);
        return;
      }
    }
    notices.success(() => t('upload.done', { count: files.length }));
    onClose();
  };
  const close = () => {
    stop.current?.abort();
    onClose();
  };
  return (
    <Modal
      open
      title={t('upload.title', { bucket })}
      okText={t('upload.action')}
      okButtonProps={{ disabled: sent !== undefined }}
      mask={{ closable: false }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Fields>
        form={form}
        className="form-dialog"
        layout="vertical"
        hidden={sent !== undefined}
        initialValues={{ prefix: folder, files: [] }}
        onFinish={(fields) => void submit(fields)}
      >
        <UploadFields />
      </Form>
      {sent !== undefined && (
        <div role="status">
          {t('upload.sending', { name: sent.name })}
          <Progress percent={Math.floor(sent.part * WHOLE)} status="active" aria-label={t('upload.action')} />
        </div>
      )}
    </Modal>
  );
}

function UploadFields() {
  const { t } = useTexts('buckets');
  const numbers = useNumbers();
  const most = numbers.bytes(LIMITS.objectUploadBytes);
  const checkFiles = async (_: unknown, files: readonly File[] = []) => {
    if (files.length === 0) throw new Error(t('upload.missing'));
    const large = files.find(({ size }) => size > LIMITS.objectUploadBytes);
    if (large !== undefined) throw new Error(t('upload.large', { name: large.name, most }));
  };
  return (
    <>
      <Form.Item name="prefix" label={t('upload.prefix')} extra={t('upload.prefixHelp')}>
        <Input autoComplete="off" maxLength={900} placeholder="2026/" />
      </Form.Item>
      <Form.Item name="files" label={t('upload.files')} required rules={[{ validator: checkFiles }]}>
        <FilesField limits={t('upload.limits', { most })} />
      </Form.Item>
    </>
  );
}

interface FilesFieldProps {
  readonly id?: string;
  readonly value?: File[];
  readonly onChange?: (files: File[]) => void;
  readonly limits: string;
}

function FilesField({ id, value = [], onChange, limits }: FilesFieldProps) {
  const { t } = useTexts('buckets');
  return (
    <Upload.Dragger
      {...(id === undefined ? {} : { id })}
      multiple
      fileList={value.map((file, at) => ({ uid: String(at), name: file.name, size: file.size }))}
      beforeUpload={(_, files) => {
        onChange?.([...value, ...files]);
        return false;
      }}
      onRemove={({ uid }) => onChange?.(value.filter((_, at) => String(at) !== uid))}
    >
      <InboxOutlined className="bucket-drop" />
      <div>{t('upload.choose')}</div>
      <div className="bucket-limits">{limits}</div>
    </Upload.Dragger>
  );
}

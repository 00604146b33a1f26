import { LIMITS } from '@funcgraph/api/limits';
import { useQuery } from '@tanstack/react-query';
import { Form, Input, Modal, Progress, Radio, Select } from 'antd';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { clearErrors } from '../../parts/clear-errors.ts';
import { useNotices } from '../../parts/notices.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { useFormLanguage } from '../../parts/use-form-language.ts';
import { fileProblem, isAddress } from './archive.ts';
import { useStoreDependency } from './use-store-dependency.ts';
import { ZipField } from './zip-field.tsx';

const NAME = /^[A-Za-z](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9])?$/;
/** They have no libraries of a language. */
const WITHOUT_LANGUAGE = ['http', 'Custom Image'];
const WHOLE = 100;

interface StoreDependencyProps {
  /** The package that gets another version. */
  readonly of?: { readonly name: string; readonly runtime: string };
  readonly onClose: () => void;
}

interface Fields {
  readonly name: string;
  readonly runtime: string;
  readonly upload: 'zip' | 'link';
  readonly file?: File;
  readonly link?: string;
  readonly description?: string;
}

/** Stores a new package as version 1, or another version of one. */
export function StoreDependency({ of, onClose }: StoreDependencyProps) {
  const { t } = useTexts('dependencies');
  const notices = useNotices();
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const { store, sent, abort } = useStoreDependency(of !== undefined);

  const submit = async ({ name, runtime, upload, file, link = '', description = '' }: Fields) => {
    const source = upload === 'zip' && file !== undefined ? { file } : { link: link.trim() };
    try {
      const { version } = await store({ name, runtime, source, description });
      notices.success(() => t('create.done', { name, version }));
      onClose();
    } catch (error) {
      // stopped by the person
      if (error instanceof DOMException && error.name === 'AbortError') return;
      notices.failure(() => t('create.failed', { name }), error as Error);
    }
  };
  const close = () => {
    abort();
    onClose();
  };
  return (
    <Modal
      open
      title={of === undefined ? t('create.title') : t('history.createTitle', { name: of.name })}
      okButtonProps={{ disabled: sent !== undefined }}
      mask={{ closable: false }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <Form<Fields>
        form={form}
        onValuesChange={clearErrors(form)}
        className="store-dependency"
        layout="vertical"
        hidden={sent !== undefined}
        initialValues={{ upload: 'zip', name: of?.name, runtime: of?.runtime }}
        onFinish={(fields) => void submit(fields)}
      >
        <StoreFields isVersion={of !== undefined} />
      </Form>
      {sent !== undefined && (
        <div role="status">
          {t(sent < 1 ? 'create.sending' : 'create.checking')}
          <Progress percent={Math.floor(sent * WHOLE)} status="active" aria-label={t('create.sending')} />
        </div>
      )}
    </Modal>
  );
}

function StoreFields({ isVersion }: { isVersion: boolean }) {
  const { t } = useTexts('dependencies');
  const runtimes = useQuery(query('listRuntimeTypes'));
  const options = (runtimes.data ?? [])
    .filter(({ type }) => !WITHOUT_LANGUAGE.includes(type))
    .map(({ type, display_name }) => ({ value: type, label: display_name }));
  return (
    <>
      <Form.Item
        name="name"
        label={t('create.name')}
        hidden={isVersion}
        extra={<span className="field-rule">{t('create.nameHelp')}</span>}
        validateTrigger="onBlur"
        rules={[
          { required: true, message: t('create.nameMissing') },
          { pattern: NAME, message: t('create.nameHelp') },
        ]}
      >
        <Input autoFocus autoComplete="off" maxLength={96} />
      </Form.Item>
      <Form.Item
        name="runtime"
        label={t('create.runtime')}
        hidden={isVersion}
        extra={t('create.runtimeHelp')}
        rules={[{ required: true, message: t('create.runtimeMissing') }]}
      >
        <Select showSearch options={options} loading={runtimes.isPending} />
      </Form.Item>
      <SourceFields />
      <Form.Item name="description" label={t('create.description')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} maxLength={LIMITS.descriptionChars} showCount />
      </Form.Item>
    </>
  );
}

function SourceFields() {
  const { t } = useTexts('dependencies');
  const numbers = useNumbers();
  const upload = Form.useWatch<Fields['upload']>('upload');
  const checkFile = async (_: unknown, file: File | undefined) => {
    const problem = fileProblem(file);
    if (problem === undefined) return;
    const sizes = { size: numbers.bytes(file?.size ?? 0), most: numbers.bytes(LIMITS.codeZipBytes) };
    throw new Error(t(`create.${problem}`, sizes));
  };
  const checkAddress = async (_: unknown, address = '') => {
    if (!isAddress(address.trim())) throw new Error(t('create.addressMissing'));
  };
  return (
    <>
      <Form.Item name="upload" label={t('create.upload')} required>
        <Radio.Group
          options={[
            { value: 'zip', label: t('create.zip') },
            { value: 'link', label: t('create.link') },
          ]}
        />
      </Form.Item>
      {upload === 'link' ? (
        <Form.Item
          name="link"
          label={t('create.address')}
          required
          validateTrigger="onBlur"
          extra={t('create.addressHelp', {
            size: numbers.bytes(LIMITS.fetchedZipBytes),
            files: numbers.whole(LIMITS.codeFiles),
          })}
          rules={[{ validator: checkAddress }]}
        >
          <Input autoComplete="off" placeholder="https://bucket.obs.example.com/layer.zip" />
        </Form.Item>
      ) : (
        <Form.Item name="file" rules={[{ validator: checkFile }]}>
          <ZipField />
        </Form.Item>
      )}
    </>
  );
}

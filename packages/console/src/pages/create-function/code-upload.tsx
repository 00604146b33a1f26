import UploadOutlined from '@ant-design/icons/es/icons/UploadOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { Button, Form, Input, Upload } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { base64Of } from '../../parts/base64.ts';
import type { CodeFile } from './new-function.ts';

const readFile = async (file: File): Promise<CodeFile> => ({ name: file.name, base64: await base64Of(file) });

interface FileFieldProps {
  readonly id?: string;
  readonly value?: CodeFile | 'too-large';
  readonly onChange?: (value: CodeFile | 'too-large' | undefined) => void;
}

function FileField({ id = '', value, onChange }: FileFieldProps) {
  const { t } = useTexts('createFunction');
  const shown = typeof value === 'object' ? [{ uid: '1', name: value.name }] : [];
  return (
    <Upload
      id={id}
      accept=".zip,.jar"
      maxCount={1}
      fileList={shown}
      onRemove={() => onChange?.(undefined)}
      beforeUpload={async (file) => {
        onChange?.(file.size > LIMITS.codeZipBytes ? 'too-large' : await readFile(file));
        return Upload.LIST_IGNORE;
      }}
    >
      <Button icon={<UploadOutlined />}>{t('code.choose')}</Button>
    </Upload>
  );
}

/** Handler and archive, for languages whose code is compiled first. */
export function CodeUpload({ language }: { language: 'java' | 'go' }) {
  const { t } = useTexts('createFunction');
  return (
    <>
      <Form.Item
        name="handler"
        label={t('handler.label')}
        rules={[{ required: true, whitespace: true, message: t('handler.missing') }]}
      >
        <Input placeholder={t(`handler.${language}`)} autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item
        name="file"
        label={t('code.label')}
        extra={t('code.help')}
        rules={[
          { required: true, message: t('code.missing') },
          {
            validator: async (_, file) => {
              if (file === 'too-large') throw new Error(t('code.tooLarge'));
            },
          },
        ]}
      >
        <FileField />
      </Form.Item>
    </>
  );
}

import InboxOutlined from '@ant-design/icons/es/icons/InboxOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { Upload } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { useNumbers } from '../../parts/numbers.ts';

interface ZipFieldProps {
  readonly id?: string;
  readonly value?: File | undefined;
  readonly onChange?: (file: File | undefined) => void;
}

/** A ZIP file, chosen or dropped. Its form sends it. */
export function ZipField({ id, value, onChange }: ZipFieldProps) {
  const { t } = useTexts('dependencies');
  const numbers = useNumbers();
  return (
    <Upload.Dragger
      {...(id === undefined ? {} : { id })}
      accept=".zip"
      maxCount={1}
      fileList={value === undefined ? [] : [{ uid: 'archive', name: value.name, size: value.size }]}
      beforeUpload={(file) => {
        onChange?.(file);
        return false;
      }}
      onRemove={() => onChange?.(undefined)}
    >
      <InboxOutlined className="zip-field-icon" />
      <div>{t('create.choose')}</div>
      <div className="zip-field-limits">
        {t('create.limits', { size: numbers.bytes(LIMITS.codeZipBytes), files: numbers.whole(LIMITS.codeFiles) })}
      </div>
    </Upload.Dragger>
  );
}

import DownOutlined from '@ant-design/icons/es/icons/DownOutlined';
import { Button, Dropdown, Tooltip } from 'antd';
import { useMissingRight } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { type UploadKind, uploadKinds } from './upload-rules.ts';

interface UploadMenuProps {
  readonly runtime: string;
  readonly onChoose: (kind: UploadKind) => void;
}

export function UploadMenu({ runtime, onChoose }: UploadMenuProps) {
  const { t } = useTexts('functionCode');
  const { t: parts } = useTexts('parts');
  const right = useMissingRight('updateFunctionCode');
  const items = uploadKinds(runtime).map((kind) => ({
    key: kind,
    label: t(`upload.${kind}`),
    onClick: () => onChoose(kind),
  }));
  const button = (
    <Button
      icon={<DownOutlined />}
      iconPlacement="end"
      aria-disabled={right !== undefined}
      className={right === undefined ? '' : 'is-denied'}
    >
      {t('upload.from')}
    </Button>
  );
  if (right !== undefined) return <Tooltip title={parts('missingRight', { right })}>{button}</Tooltip>;
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      {button}
    </Dropdown>
  );
}

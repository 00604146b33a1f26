import InfoCircleOutlined from '@ant-design/icons/es/icons/InfoCircleOutlined';
import { Button, Tooltip } from 'antd';

/** What a figure or a field means, behind an icon that the keyboard reaches too. */
export function InfoHint({ label, text }: { label: string; text: string }) {
  return (
    <Tooltip title={text} trigger={['hover', 'focus']}>
      <Button type="text" size="small" icon={<InfoCircleOutlined />} aria-label={label} />
    </Tooltip>
  );
}

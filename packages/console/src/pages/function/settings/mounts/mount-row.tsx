import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Select } from 'antd';
import { query, useMissingRight } from '../../../../api/index.ts';
import { useTexts } from '../../../../i18n/index.ts';
import { MOUNT_PATH, MOUNT_TYPES, type Mount, SHARE_PATH } from './mount-fields.ts';

interface MountRowProps {
  readonly at: number;
  readonly onRemove: () => void;
}

export function MountRow({ at, onRemove }: MountRowProps) {
  const { t } = useTexts('functionSettings');
  const form = Form.useFormInstance();
  const { type, path }: Mount = Form.useWatch(['mounts', at], { form, preserve: true }) ?? {};
  const isAllowed = useMissingRight('listFileSystems') === undefined;
  const { data } = useQuery({ ...query('listFileSystems'), enabled: isAllowed });
  const systems = data?.file_systems ?? [];
  const types = type !== undefined && !MOUNT_TYPES.some((each) => each === type) ? [...MOUNT_TYPES, type] : MOUNT_TYPES;
  return (
    <div className="settings-group settings-mount">
      <div className="settings-pair">
        <Form.Item name={[at, 'type']} label={t('mounts.type')} required>
          <Select
            options={types.map((value) => ({
              value,
              label: value === 'ecs' ? t('mounts.ecs') : value === 'sfsTurbo' ? 'SFS Turbo' : value,
            }))}
          />
        </Form.Item>
        <Form.Item
          name={[at, 'resource']}
          label={t('mounts.resource')}
          rules={[{ required: true, message: t('mounts.resourceMissing') }]}
        >
          {isAllowed ? (
            <Select
              notFoundContent={t('mounts.noResource')}
              options={systems.map(({ name, location }) => ({ value: name, label: `${name} (${location})` }))}
            />
          ) : (
            <Input autoComplete="off" spellCheck={false} />
          )}
        </Form.Item>
        {type === 'ecs' && (
          <Form.Item
            name={[at, 'sharePath']}
            label={t('mounts.sharePath')}
            extra={t('mounts.sharePathHelp')}
            rules={[
              { required: true, message: t('mounts.sharePathRule') },
              { pattern: SHARE_PATH, message: t('mounts.sharePathRule') },
            ]}
          >
            <Input className="code-input" autoComplete="off" spellCheck={false} placeholder="192.168.0.4:/export" />
          </Form.Item>
        )}
        <Form.Item
          name={[at, 'path']}
          label={t('mounts.path')}
          required
          rules={[{ pattern: MOUNT_PATH, message: t('mounts.pathRule') }]}
        >
          <Input className="code-input" autoComplete="off" spellCheck={false} />
        </Form.Item>
      </div>
      <Button icon={<DeleteOutlined />} onClick={onRemove} aria-label={t('mounts.remove', { path: path ?? '' })}>
        {t('mounts.removeShort')}
      </Button>
    </div>
  );
}

import PlusOutlined from '@ant-design/icons/es/icons/PlusOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { Alert, Button, Form } from 'antd';
import { useTexts } from '../../../../i18n/index.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import type { SectionProps } from '../section.ts';
import { MOUNT_TYPES, readMounts, writeMounts } from './mount-fields.ts';
import { MountRow } from './mount-row.tsx';

/** File systems that the code sees as folders. */
export function Section(props: SectionProps) {
  const { t } = useTexts('functionSettings');
  return (
    <SettingsForm {...props} section="mounts" intro={t('mounts.intro')} read={readMounts} write={writeMounts}>
      <Alert type="info" showIcon title={t('mounts.needs')} />
      <Form.List name="mounts">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <MountRow key={key} at={name} onRemove={() => remove(name)} />
            ))}
            <Button
              className="settings-add"
              icon={<PlusOutlined />}
              disabled={props.fn.isReadOnly || fields.length >= LIMITS.mountsPerFunction}
              onClick={() => add({ type: MOUNT_TYPES[0], path: '/mnt/' })}
            >
              {t('mounts.add')}
            </Button>
          </>
        )}
      </Form.List>
      <p className="settings-note">{t('mounts.tmp', { mb: props.fn.config.ephemeral_storage })}</p>
    </SettingsForm>
  );
}

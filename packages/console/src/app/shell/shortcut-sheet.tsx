import { Modal, Switch } from 'antd';
import { useId } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { useShortcuts } from '../../parts/shortcuts/index.ts';
import { prefer, usePreferences } from '../../preferences/index.ts';

/** All shortcuts of the present page. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const shortcuts = useShortcuts();
  const isOn = usePreferences((preferences) => preferences.shortcuts);
  const id = useId();
  return (
    <Modal open title={t('shortcuts.title')} footer={null} onCancel={onClose}>
      <dl className="shortcuts">
        {[...shortcuts].map(([keys, { label }]) => (
          <div key={keys}>
            <dt>
              {keys.split(/[ +]/).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <div className="shortcuts-switch">
        <label htmlFor={id}>{t('shortcuts.on')}</label>
        <Switch id={id} checked={isOn} onChange={(shortcuts) => prefer({ shortcuts })} />
      </div>
    </Modal>
  );
}

import AppstoreOutlined from '@ant-design/icons/es/icons/AppstoreOutlined';
import ContainerOutlined from '@ant-design/icons/es/icons/ContainerOutlined';
import FileAddOutlined from '@ant-design/icons/es/icons/FileAddOutlined';
import type { ComponentType } from 'react';
import { useTexts } from '../../i18n/index.ts';

export const WAYS = ['blank', 'template', 'image'] as const;
export type Way = (typeof WAYS)[number];

const ICONS: Readonly<Record<Way, ComponentType>> = {
  blank: FileAddOutlined,
  template: AppstoreOutlined,
  image: ContainerOutlined,
};

/** The ways to create a function, as radio buttons that look like cards. */
export function WayCards({ value, onChange }: { value: Way; onChange: (way: Way) => void }) {
  const { t } = useTexts('createFunction');
  return (
    <fieldset className="way-cards">
      <legend>{t('way.label')}</legend>
      {WAYS.map((way) => {
        const Icon = ICONS[way];
        return (
          <label key={way} className="way-card">
            <input type="radio" name="way" checked={value === way} onChange={() => onChange(way)} />
            <span className="way-card-icon" aria-hidden>
              <Icon />
            </span>
            <span>
              <b>{t(`way.${way}.title`)}</b>
              <span className="way-card-text">{t(`way.${way}.text`)}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

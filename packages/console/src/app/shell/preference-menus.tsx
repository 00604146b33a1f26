import ClockCircleOutlined from '@ant-design/icons/es/icons/ClockCircleOutlined';
import GlobalOutlined from '@ant-design/icons/es/icons/GlobalOutlined';
import MoonOutlined from '@ant-design/icons/es/icons/MoonOutlined';
import SunOutlined from '@ant-design/icons/es/icons/SunOutlined';
import { Button, Dropdown } from 'antd';
import type { ReactNode } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { LANGUAGES, prefer, THEMES, TIME_ZONES, usePreferences } from '../../preferences/index.ts';
import { useThemeName } from '../use-theme-name.ts';

interface ChoiceMenuProps<Choice extends string> {
  readonly label: string;
  readonly icon: ReactNode;
  readonly choices: readonly Choice[];
  readonly chosen: Choice;
  readonly textOf: (choice: Choice) => ReactNode;
  readonly onChoose: (choice: Choice) => void;
}

function ChoiceMenu<Choice extends string>({
  label,
  icon,
  choices,
  chosen,
  textOf,
  onChoose,
}: ChoiceMenuProps<Choice>) {
  const items = choices.map((key) => ({ key, label: textOf(key), onClick: () => onChoose(key) }));
  return (
    <Dropdown menu={{ items, selectable: true, selectedKeys: [chosen] }} trigger={['click']} placement="bottomRight">
      <Button type="text" icon={icon} aria-label={label} title={label} />
    </Dropdown>
  );
}

export function LanguageMenu() {
  const { t } = useTexts();
  const language = usePreferences((preferences) => preferences.language);
  return (
    <ChoiceMenu
      label={t('language.label')}
      icon={<GlobalOutlined />}
      choices={LANGUAGES}
      chosen={language}
      textOf={(key) => <span lang={key}>{t(`language.${key}`)}</span>}
      onChoose={(key) => prefer({ language: key })}
    />
  );
}

export function ThemeMenu() {
  const { t } = useTexts();
  const theme = usePreferences((preferences) => preferences.theme);
  const shown = useThemeName();
  return (
    <ChoiceMenu
      label={t('theme.label')}
      icon={shown === 'dark' ? <MoonOutlined /> : <SunOutlined />}
      choices={THEMES}
      chosen={theme}
      textOf={(key) => t(`theme.${key}`)}
      onChoose={(key) => prefer({ theme: key })}
    />
  );
}

export function TimesMenu() {
  const { t } = useTexts();
  const times = usePreferences((preferences) => preferences.times);
  return (
    <ChoiceMenu
      label={t('times.label')}
      icon={<ClockCircleOutlined />}
      choices={TIME_ZONES}
      chosen={times}
      textOf={(key) => t(`times.${key}`)}
      onChoose={(key) => prefer({ times: key })}
    />
  );
}

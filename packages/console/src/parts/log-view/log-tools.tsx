import DownloadOutlined from '@ant-design/icons/es/icons/DownloadOutlined';
import { Button, Checkbox, Dropdown, Select } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { saveFile } from '../save-file.ts';
import { type ShownLine, textOf } from './log-line.ts';

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

/** Levels with commas between; all when empty. */
export function LevelField({ value, onChange }: { value: string; onChange: (levels: string) => void }) {
  const { t } = useTexts('logView');
  return (
    <Select<string[]>
      mode="multiple"
      aria-label={t('level')}
      placeholder={t('level')}
      showSearch={false}
      maxTagCount="responsive"
      value={LEVELS.filter((level) => value.split(',').includes(level))}
      options={LEVELS.map((level) => ({ value: level, label: level }))}
      onChange={(levels) => onChange(levels.join(','))}
      style={{ width: 180 }}
    />
  );
}

export function WrapField({ value, onChange }: { value: boolean; onChange: (wrap: boolean) => void }) {
  const { t } = useTexts('logView');
  return (
    <Checkbox checked={value} onChange={({ target }) => onChange(target.checked)}>
      {t('wrap')}
    </Checkbox>
  );
}

const FORMATS = {
  txt: (lines: readonly ShownLine[]) => lines.map((line) => `${textOf(line)}\n`).join(''),
  json: (lines: readonly ShownLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
};

/** The lines on the page as a file, with their characters as they are. */
export function DownloadLines({ name, lines }: { name: string; lines: readonly ShownLine[] }) {
  const { t } = useTexts('logView');
  const items = (['txt', 'json'] as const).map((format) => ({
    key: format,
    label: t(`formats.${format}`),
    onClick: () => saveFile(`${name}.log.${format}`, new TextEncoder().encode(FORMATS[format](lines))),
  }));
  return (
    <Dropdown menu={{ items }} trigger={['click']} disabled={lines.length === 0}>
      <Button icon={<DownloadOutlined />}>{t('download')}</Button>
    </Dropdown>
  );
}

import { Form, Select, Tag } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { endOfLife } from '../../parts/end-of-life.ts';
import { eventRuntimes, type RuntimeRow } from './runtime-choice.ts';

/** The runtimes of the server, those without an interpreter cannot be chosen. */
export function RuntimeField({ runtimes, isLoading }: { runtimes: readonly RuntimeRow[]; isLoading: boolean }) {
  const { t } = useTexts('createFunction');
  const chosen: string = Form.useWatch('runtime') ?? '';
  const now = new Date();
  const ended = endOfLife(chosen, now);
  const option = ({ name, available }: RuntimeRow) => ({
    value: name,
    disabled: !available,
    label: (
      <span className="runtime-option">
        {name}
        {!available && <span>{t('runtime.notInstalled')}</span>}
        {available && endOfLife(name, now) && <Tag color="warning">{t('runtime.ended')}</Tag>}
      </span>
    ),
  });
  return (
    <Form.Item
      name="runtime"
      label={t('runtime.label')}
      rules={[{ required: true, message: t('runtime.missing') }]}
      extra={ended ? t('runtime.endedHelp', { name: chosen, date: ended }) : t('runtime.help')}
    >
      <Select
        showSearch={{ optionFilterProp: 'value' }}
        loading={isLoading}
        options={eventRuntimes(runtimes).map(option)}
      />
    </Form.Item>
  );
}

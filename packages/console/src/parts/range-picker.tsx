import { Segmented } from 'antd';
import { useTexts } from '../i18n/index.ts';

/** Minutes back from now. */
export const RANGES = { '1h': 60, '1d': 1440, '3d': 4320, '7d': 10_080 } as const;
export type Range = keyof typeof RANGES;

const NAMES = Object.keys(RANGES) as Range[];

export const rangeOf = (text: string): Range => NAMES.find((name) => name === text) ?? '1h';

/** How far back charts reach. Its value belongs into the address. */
export function RangePicker({ value, onChange }: { value: Range; onChange: (range: Range) => void }) {
  const { t } = useTexts('parts');
  const options = NAMES.map((name) => ({ value: name, label: t(`ranges.${name}`) }));
  return <Segmented<Range> aria-label={t('ranges.label')} options={options} value={value} onChange={onChange} />;
}

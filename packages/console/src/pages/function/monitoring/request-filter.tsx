import { CAUSES, type Cause, type InvocationResultKind, RESULTS } from '@funcgraph/api/causes';
import { Select } from 'antd';
import { useTexts } from '../../../i18n/index.ts';

const STARTS = ['true', 'false'] as const;

export interface RequestFilter {
  readonly id: string;
  readonly result?: InvocationResultKind | undefined;
  readonly cause?: Cause | undefined;
  readonly cold?: (typeof STARTS)[number] | undefined;
}

const oneOf = <T extends string>(values: readonly T[], text: string): T | undefined =>
  values.find((value) => value === text);

/** The filter that an address has. */
export const filterOf = (url: { id: string; result: string; cause: string; cold: string }): RequestFilter => ({
  id: url.id,
  result: oneOf(RESULTS, url.result),
  cause: oneOf(CAUSES, url.cause),
  cold: oneOf(STARTS, url.cold),
});

interface FilterFieldsProps {
  readonly filter: RequestFilter;
  readonly onChange: (change: Partial<Record<'result' | 'cause' | 'cold', string>>) => void;
}

export function FilterFields({ filter, onChange }: FilterFieldsProps) {
  const { t } = useTexts('monitoring');
  const fields = [
    { name: 'result', options: RESULTS.map((value) => ({ value, label: t(`results.${value}`) })) },
    { name: 'cause', options: CAUSES.map((value) => ({ value, label: t(`causes.${value}`) })) },
    {
      name: 'cold',
      options: STARTS.map((value) => ({ value, label: t(`start.${value === 'true' ? 'cold' : 'warm'}`) })),
    },
  ] as const;
  return fields.map(({ name, options }) => (
    <Select<string>
      key={name}
      allowClear
      aria-label={t(`filters.${name}`)}
      placeholder={t(`filters.${name}`)}
      value={filter[name] ?? null}
      options={[...options]}
      onChange={(value?: string) => onChange({ [name]: value ?? '' })}
      style={{ width: 140 }}
    />
  ));
}

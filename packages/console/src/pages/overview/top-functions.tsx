import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { useNumbers } from '../../parts/numbers.ts';

const MOST = '3';
const MINUTE_MS = 60_000;
const REFRESH_MS = 60_000;

/** `urn:fss:<region>:<project>:function:<package>:<name>` */
const nameOf = (urn: string): string => urn.split(':')[6] ?? urn;

/** The functions that a figure comes from. */
export function TopFunctions({ by, minutes }: { by: 'count' | 'failcount'; minutes: number }) {
  const { t } = useTexts('overview');
  const { whole } = useNumbers();
  const { data } = useQuery({
    ...query('listFunctionAsMetric', {
      query: { type: by, limit: MOST, start_time: String(Date.now() - minutes * MINUTE_MS) },
    }),
    // the beginning moves with the clock, and is no part of the key
    queryKey: ['metrics', 'top', by, minutes],
    refetchInterval: REFRESH_MS,
  });
  const functions = data?.values.filter(({ value }) => value > 0) ?? [];
  if (functions.length === 0) return null;
  return (
    <ol className="overview-top" aria-label={t(`top.${by}`)}>
      {functions.map(({ key, value }) => (
        <li key={key}>
          <Link to="/functions" search={{ q: nameOf(key) } as never}>
            {nameOf(key)}
          </Link>
          <span>{whole(value)}</span>
        </li>
      ))}
    </ol>
  );
}

import { useMemo } from 'react';
import { useTexts } from '../../i18n/index.ts';
import type { ShownLine } from '../../parts/log-view/index.ts';
import { volumeOf } from './volume.ts';

/** How many of the lines shown fall into each part of their time; the darker part is of warnings and errors. */
export function Volume({ lines }: { lines: readonly ShownLine[] }) {
  const { t } = useTexts('logs');
  const { bars, most } = useMemo(() => volumeOf(lines), [lines]);
  const loud = bars.reduce((sum, bar) => sum + bar.loud, 0);
  return (
    <div className="log-volume">
      <div aria-hidden>
        {bars.map(({ from, all, loud }) => (
          <span key={from} style={{ height: `${(all / most) * 100}%` }}>
            <i style={{ height: `${(loud / Math.max(all, 1)) * 100}%` }} />
          </span>
        ))}
      </div>
      <small>{t('volume', { count: lines.length, loud })}</small>
    </div>
  );
}

import { theme as antd, Spin } from 'antd';
import { type ReactNode, Suspense, useMemo } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { usePreferences } from '../../preferences/index.ts';
import { InfoHint } from '../info-hint.tsx';
import { lazyPart } from '../load-again.ts';
import { isFlat, type Series, type Threshold } from './chart-options.ts';
import './chart.css';

const NONE: readonly Threshold[] = [];

const Canvas = lazyPart(async () => (await import('./canvas.tsx')).Canvas);

interface TimeChartProps {
  readonly title: string;
  /** What the figure counts. */
  readonly info: string;
  readonly kind: 'bar' | 'line';
  readonly series: readonly Series[];
  /** The figure of the whole range, in large. */
  readonly figure: string;
  readonly unit: string;
  readonly format: (value: number) => string;
  readonly thresholds?: readonly Threshold[];
  readonly footer?: ReactNode;
}

/** Values over time with their figure. The figure is text as well, for those who cannot see the picture. */
export function TimeChart(props: TimeChartProps) {
  const { title, info, kind, series, figure, unit, format, thresholds = NONE, footer } = props;
  const { t } = useTexts('parts');
  const { token } = antd.useToken();
  const { language, times } = usePreferences();
  const colors = useMemo(
    () => ({
      text: token.colorTextDescription,
      line: token.colorBorderSecondary,
      threshold: token.colorError,
      series: [token.colorInfo, token.colorWarning, token.colorSuccess],
    }),
    [token],
  );
  const data = useMemo(() => {
    const zone = times === 'utc' ? { timeZone: 'UTC' } : {};
    const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone });
    const day = new Intl.DateTimeFormat(language, { month: 'numeric', day: 'numeric', ...zone });
    const formatTime = (ms: number) => (time.format(ms) === '00:00' ? day.format(ms) : time.format(ms));
    return { kind, series, thresholds, format, formatTime };
  }, [kind, series, thresholds, format, language, times]);

  return (
    <section className="surface chart" aria-label={title}>
      <h3>
        {title}
        <InfoHint label={t('chart.about', { title })} text={info} />
      </h3>
      <div className="chart-figure">
        {figure}
        <small>{unit}</small>
      </div>
      {isFlat(series) ? (
        <div className="chart-none">{t('chart.none')}</div>
      ) : (
        <Suspense fallback={<Spin className="chart-none" />}>
          <Canvas data={data} colors={colors} label={`${title}: ${figure} ${unit}`} />
        </Suspense>
      )}
      {thresholds.length > 0 && (
        <ul className="chart-thresholds" aria-label={t('chart.thresholds', { title })}>
          {thresholds.map(({ name, text }) => (
            <li key={name}>
              {name}
              <span>{text}</span>
            </li>
          ))}
        </ul>
      )}
      {footer}
    </section>
  );
}

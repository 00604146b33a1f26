import ReloadOutlined from '@ant-design/icons/es/icons/ReloadOutlined';
import { Button, Segmented, Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { AlarmDialog, type Metric } from '../../../parts/alarm-rule/index.ts';
import { SpanPicker, type SpanState, useSpan } from '../../../parts/time-span/index.ts';
import { useUrlState } from '../../../parts/url-state.ts';
import type { TabProps } from '../shown-function.ts';
import { Metrics } from './metrics.tsx';
import './monitoring.css';
import { RequestDrawer } from './request-drawer.tsx';
import { RequestLogs } from './request-logs.tsx';
import { Requests } from './requests.tsx';
import { isFine, STEPS, stepOf } from './steps.ts';

const VIEWS = ['metrics', 'requests', 'logs'] as const;
const REFRESH_MS = 60_000;
type View = (typeof VIEWS)[number];

/** Metrics, requests and log lines of the chosen version or alias. */
export function Tab({ fn }: TabProps) {
  const { t } = useTexts('monitoring');
  const [{ view, request }, setUrl] = useUrlState({ view: 'metrics', request: '' });
  const span = useSpan('1h');
  const shown = VIEWS.find((one) => one === view) ?? 'metrics';
  const onOpen = (id: string) => setUrl({ request: id }, { push: true });
  return (
    <>
      <div className="monitoring-tools">
        <Segmented<View>
          aria-label={t('view')}
          value={shown}
          options={VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))}
          onChange={(next) => setUrl({ view: next }, { push: true })}
        />
        <SpanPicker span={span} />
        {shown === 'metrics' && <StepField span={span} />}
      </div>
      {shown === 'metrics' && <MetricsView fn={fn} span={span} />}
      {shown === 'requests' && <Requests fn={fn} span={span} onOpen={onOpen} />}
      {shown === 'logs' && <RequestLogs fn={fn} span={span} onOpen={onOpen} />}
      {request !== '' && <RequestDrawer fn={fn} requestId={request} onClose={() => setUrl({ request: '' })} />}
    </>
  );
}

function useStep({ from, to }: SpanState) {
  const [{ step }, setUrl] = useUrlState({ step: '' });
  return [stepOf(step, to - from), (next: string) => setUrl({ step: next })] as const;
}

function StepField({ span }: { span: SpanState }) {
  const { t } = useTexts('monitoring');
  const [step, setStep] = useStep(span);
  return (
    <>
      <Select
        aria-label={t('step')}
        value={String(step)}
        options={STEPS.map((value) => ({
          value: String(value),
          label: t(`steps.${value}`),
          disabled: isFine(span.to - span.from, value),
        }))}
        onChange={setStep}
        style={{ width: 120 }}
      />
      <Button className="monitoring-refresh" icon={<ReloadOutlined />} aria-label={t('refresh')} onClick={span.renew} />
    </>
  );
}

/** A rule about latest watches all calls, as the charts of latest show all. */
const watchedUrn = ({ chosen, urn, baseUrn }: TabProps['fn']): string => (chosen === 'latest' ? baseUrn : urn);

function MetricsView({ fn, span }: TabProps & { span: SpanState }) {
  const [step] = useStep(span);
  const [metric, setMetric] = useState<Metric>();
  const { renew } = span;
  useEffect(() => {
    const timer = setInterval(renew, REFRESH_MS);
    return () => clearInterval(timer);
  }, [renew]);
  return (
    <>
      <Metrics urn={fn.urn} watched={watchedUrn(fn)} span={span} step={step} onAlarm={setMetric} />
      {metric && <AlarmDialog target={{ urn: watchedUrn(fn), metric }} onClose={() => setMetric(undefined)} />}
    </>
  );
}

import { Link } from '@tanstack/react-router';
import { useTexts } from '../../i18n/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Moment } from '../../parts/moment.tsx';
import { millisecondsText } from './duration-text.ts';
import type { RunModel } from './model/run-model.ts';
import type { RunDetail } from './panel/run-panel.tsx';
import { RunActions } from './run-actions.tsx';
import { StatusMark } from './status-mark.tsx';

interface RunHeadProps {
  readonly detail: RunDetail;
  readonly model: RunModel;
  readonly flow: { readonly id: string; readonly name: string };
  readonly onRun: (run: string) => void;
  readonly onCompare: (() => void) | undefined;
}

/** Which run, how it stands, and what can be done with it. */
export function RunHead({ detail, model, flow, onRun, onCompare }: RunHeadProps) {
  const { t } = useTexts('flowRun');
  const { execution_id: id, status, created_by: by, begin_time: began } = detail;
  const { startedAt, endedAt, origin } = model;
  return (
    <header className="run-head">
      <div>
        <h2>
          <StatusMark status={status} />
          <code>{id}</code>
          <CopyButton text={id} label={t('head.copy')} />
        </h2>
        <p>
          <Moment at={startedAt ?? began} />
          {startedAt !== undefined && endedAt !== undefined && <span>{millisecondsText(endedAt - startedAt)}</span>}
          {by && <span>{t('head.by', { name: by })}</span>}
          {origin !== undefined && (
            <span>
              {t('head.origin', { node: origin.node })}{' '}
              <Link to="/flows/$flow/runs" params={{ flow: flow.id }} search={{ run: origin.run } as never}>
                {origin.run}
              </Link>
            </span>
          )}
        </p>
      </div>
      <RunActions detail={detail} flow={flow} onRun={onRun} onCompare={onCompare} />
    </header>
  );
}

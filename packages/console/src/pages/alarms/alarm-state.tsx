import { useTexts } from '../../i18n/index.ts';
import { type Alarm, STATES, type State } from '../../parts/alarm-rule/index.ts';
import { Status } from '../../parts/status.tsx';

const KINDS = { alarm: 'bad', ok: 'good', no_data: 'off' } as const satisfies Record<State, string>;

export function StateOf({ state }: { state: string }) {
  const { t } = useTexts('alarms');
  const known = STATES.find((one) => one === state);
  return known === undefined ? state : <Status kind={KINDS[known]}>{t(`states.${known}`)}</Status>;
}

/** The state of a rule, unless it is switched off. */
export function AlarmState({ alarm: { enabled, state } }: { alarm: Pick<Alarm, 'enabled' | 'state'> }) {
  const { t } = useTexts('alarms');
  return enabled ? <StateOf state={state} /> : <Status kind="off">{t('disabled')}</Status>;
}

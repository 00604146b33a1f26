import type { RouteBody, Routes } from '@funcgraph/api';
import { useTexts } from '../../../i18n/index.ts';
import { kindKey } from '../../../parts/triggers/kinds.ts';
import { TriggerDialog } from '../../../parts/triggers/trigger-dialog.tsx';
import { useChange } from '../../../parts/use-change.ts';
import type { ShownFunction } from '../shown-function.ts';
import { nameOf, paramsOf, type Trigger } from './trigger.ts';

interface EditTriggerProps {
  readonly fn: ShownFunction;
  readonly trigger: Trigger;
  readonly onClose: () => void;
}

/** Changes settings of a trigger; what is not changed is not sent. */
export function EditTrigger({ fn, trigger, onClose }: EditTriggerProps) {
  const { t } = useTexts('triggers');
  const { send, isBusy } = useChange('updateTrigger');
  const code = kindKey(trigger.trigger_type_code);
  if (code === undefined) return null;
  const name = nameOf(trigger);
  const change = async (data: Readonly<Record<string, unknown>>) => {
    if (Object.keys(data).length === 0) return onClose();
    type Body = RouteBody<Routes['updateTrigger']>;
    const body: Body = { event_data: data as NonNullable<Body['event_data']> };
    const texts = { done: () => t('enable.done', { name }), failed: () => t('enable.failed', { name }) };
    if (await send({ params: paramsOf(fn, trigger), body }, texts)) onClose();
  };
  return (
    <TriggerDialog
      present={{ code, data: trigger.event_data }}
      codes={[]}
      target={fn}
      isBusy={isBusy}
      onCreate={({ data }) => void change(data)}
      onClose={onClose}
    />
  );
}

import { useTexts } from '../../../i18n/index.ts';
import { useChange } from '../../../parts/use-change.ts';
import type { ShownFunction } from '../shown-function.ts';
import { nameOf, paramsOf, type Trigger } from './trigger.ts';

/** Enables a disabled trigger, and disables an enabled one. */
export function useSwitchTrigger(fn: ShownFunction) {
  const { t } = useTexts('triggers');
  const { send } = useChange('updateTrigger');
  return (trigger: Trigger) => {
    const name = nameOf(trigger);
    const trigger_status = trigger.trigger_status === 'ACTIVE' ? 'DISABLED' : 'ACTIVE';
    void send(
      { params: paramsOf(fn, trigger), body: { trigger_status } },
      { done: t('enable.done', { name }), failed: t('enable.failed', { name }) },
    );
  };
}

import type { ErrorCode } from '@funcgraph/api';
import type { TriggerRules, TriggerSettings } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type BrokerAddress, checkBrokers } from './broker-address.ts';
import { type BrokerPassword, sealPassword } from './broker-password.ts';

interface BrokerSettings extends TriggerSettings {
  readonly password: BrokerPassword | undefined;
}

/** Each holds a connection, and messages in memory. */
const MOST_OF_PROJECT = 20;
const KINDS: ReadonlySet<string> = new Set(['RABBITMQ', 'KAFKA', 'OPENSOURCEKAFKA']);

/** The rules that triggers of all brokers share. `field` has the addresses. */
export function brokerRules<S extends BrokerSettings>(
  brokersOf: (settings: S) => readonly BrokerAddress[],
  where: { readonly field: string; readonly code: ErrorCode },
): Pick<TriggerRules<S>, 'forHttp' | 'checkAmong' | 'checkSource' | 'sealed'> & { readonly forHttp: false } {
  return {
    forHttp: false,
    checkAmong(_, { ofProject }) {
      const others = [...ofProject()].filter(({ settings }) => KINDS.has(settings.kind)).length;
      if (others < MOST_OF_PROJECT) return;
      const message = `the project has ${others} triggers of message brokers, as many as it may have`;
      throw new PlatformError('trigger_quota', message, { hint: 'Delete triggers that are not needed.' });
    },
    async checkSource(settings, _, { brokerHosts }) {
      checkBrokers(brokersOf(settings), brokerHosts, where);
    },
    sealed: (settings, sealer) =>
      settings.password === undefined ? settings : { ...settings, password: sealPassword(settings.password, sealer) },
  };
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type { JoiningMember } from './shared-joins.ts';

  const ConsumerGroup: { readonly prototype: JoiningMember };
  export = ConsumerGroup;
}

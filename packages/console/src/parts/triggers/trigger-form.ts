import type { TriggerFields, TriggerTypeCode } from '@funcgraph/api';
import type { Texts } from '../../i18n/index.ts';

type Words = Texts['triggers'];

/** What a trigger starts, as far as its form depends on it. */
export interface TriggerTarget {
  readonly name: string;
  readonly isHttp: boolean;
}

type Values = Readonly<Record<string, unknown>>;

/** How a field is filled in. */
type FieldInput =
  | { readonly input: 'text' | 'password' | 'long-text' | 'switch' | 'rate' | 'cron' }
  /** One of what the project has. */
  | { readonly input: 'topic' | 'stream' | 'bucket' | 'log' | 'group' | 'stage' }
  | { readonly input: 'number'; readonly min: number; readonly max: number }
  | { readonly input: 'choice' | 'choices'; readonly choices: ReadonlyArray<keyof Words['choices']> }
  | { readonly input: 'list'; readonly example: string };

/** A field of `event_data`; inside an object as `object.field`. */
export type TriggerField<Name extends string = string> = FieldInput & {
  readonly name: Name;
  /** Of its texts, when its name is not. */
  readonly label: keyof Words['fields'];
  readonly hint?: keyof Words['hints'];
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  /** Takes the whole width of the form. */
  readonly isWide?: boolean;
  readonly pattern?: RegExp;
  readonly isValid?: (text: string) => boolean;
  readonly when?: (values: Values, target: TriggerTarget) => boolean;
};

type NameOf<K extends TriggerTypeCode> = Extract<keyof TriggerFields<K>, string>;

/** The form of a kind of trigger. `Extra` are fields that `toData` makes those of `event_data` from. */
export interface TriggerForm<K extends TriggerTypeCode = TriggerTypeCode, Extra extends string = string> {
  readonly fields: ReadonlyArray<TriggerField<NameOf<K> | Extra>>;
  /** What a new trigger begins with. */
  readonly initial: (target: TriggerTarget) => Values;
  /** The values of fields that are not those of `event_data`. */
  readonly fromData?: (data: Values) => Values;
  /** `event_data` from the values of the fields; these unless set. */
  readonly toData?: (values: Values) => Values;
  /** It cannot be disabled, only deleted. */
  readonly isAlwaysOn?: boolean;
  /** HTTP functions may have it. */
  readonly isForHttp?: boolean;
  /** What a list shows of it, by field of `event_data`. */
  readonly shown: ReadonlyArray<keyof Words['fields'] & NameOf<K>>;
}

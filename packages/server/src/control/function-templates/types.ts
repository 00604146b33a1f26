import type { LanguageId } from '@funcgraph/runtimes';

/** A text in the two languages of the console. */
export interface BothLanguages {
  readonly zh: string;
  readonly en: string;
}

/** The contents of a template's `template.json`. */
export interface TemplateFacts {
  readonly title: BothLanguages;
  readonly description: BothLanguages;
  readonly language: LanguageId;
  /** Oldest version of the language that it runs on; absent where there are none. */
  readonly since?: string;
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memory: number;
  /** Empty values are for the user to fill in. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether its answers are streamed. */
  readonly stream?: boolean;
  readonly scene: 'basic' | 'web' | 'data' | 'event' | 'automation';
  readonly service: string;
  /** Trigger type code of its usual event source. */
  readonly trigger?: string;
  /** An event to try it with. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: string;
  readonly warning?: BothLanguages;
  /** Whether it uses the temporary keys of an agency. */
  readonly agency?: boolean;
  /** For sources that cannot be deployed as they are. */
  readonly build?: { readonly command: string; readonly folder: string };
}

export interface TemplateFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly executable: boolean;
}

export interface FunctionTemplate extends TemplateFacts {
  /** Name of its folder. */
  readonly id: string;
  readonly files: readonly TemplateFile[];
}

/** The code of a template as a create body takes it. */
export interface TemplateCode {
  readonly codeType: 'inline' | 'zip';
  readonly bytes: Buffer;
}

import type { BothLanguages, OpaqueFields } from '../../control/index.ts';

/** A parameter that a template asks the user for. */
export interface ApplicationParam {
  readonly name: string;
  readonly description: BothLanguages;
  readonly required: boolean;
  readonly default?: string;
  /** Kept as an encrypted variable. */
  readonly secret?: boolean;
}

export interface ApplicationPart {
  /** The suffix of a function's name, after the name of the application. */
  readonly role: string;
  /** A function template. */
  readonly template: string;
  /** Which parameter a variable of the function gets its value from. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Functions that are made together. */
export interface ApplicationTemplate {
  /** Name of its file. */
  readonly id: string;
  readonly title: BothLanguages;
  readonly description: BothLanguages;
  readonly guide: BothLanguages;
  readonly category: string;
  readonly version: number;
  /** Day of this version, as `2026-01-31`. */
  readonly updated: string;
  readonly params: readonly ApplicationParam[];
  readonly functions: readonly ApplicationPart[];
}

export type ApplicationStatus = 'creating' | 'success' | 'failed';

export interface Application {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly templateId: string;
  readonly description: string;
  readonly status: ApplicationStatus;
  /** Why it failed; empty otherwise. */
  readonly message: string;
  /** Ms since the epoch. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** An existing function of an application. */
export interface ApplicationMember {
  readonly functionId: string;
  readonly package: string;
  readonly name: string;
  readonly role: string;
}

/** The input of an application; its template knows the parameters. */
export interface NewApplication {
  readonly name: string;
  readonly templateId: string;
  readonly description: string;
  /** Of its functions; undefined for none. */
  readonly enterpriseProjectId: string | undefined;
  readonly agency: string | undefined;
  readonly params: OpaqueFields;
}
